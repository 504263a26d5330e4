// podrun cni status: would an ADD work now?
#include <CLI/CLI.hpp>
#include <memory>

#include "runtime/cli/cni_commands.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/table.h"

namespace podrun::cli {
namespace {

std::string word(const Error& error) {
  const cni::PluginFailure* failure = cni::plugin_failure(error);
  if (failure != nullptr && failure->remedy() == cni::Remedy::not_ready) return "not ready";
  if (failure != nullptr && failure->remedy() == cni::Remedy::degraded) return "degraded";
  return "failed";
}

Result<std::vector<cni::NetworkList>> chosen(const CniTool& tool, const std::string& name) {
  if (!name.empty()) return std::vector{TRY(tool.network(name))};
  cni::Networks networks = TRY(cni::scan_networks(tool.runtime.options().cni_conf_dir));
  for (const cni::Diagnostic& problem : networks.problems) warn(problem.to_text());
  return std::move(networks.lists);
}

Result<int> status(Context& context, const std::string& name) {
  CniTool tool(context);
  const std::vector<cni::NetworkList> networks = TRY(chosen(tool, name));
  std::vector<Row> rows{{"NETWORK", "VERSION", "STATUS"}};
  Failures failures;
  for (const cni::NetworkList& network : networks) {
    std::string text = network.version.has_gc_and_status() ? "ready" : "unknown: STATUS came with 1.1.0";
    if (const auto ready = tool.invoker.status(network); !ready) {
      text = word(ready.error());
      failures.add(Error(ready.error()).in("network '" + network.name + "'"));
    }
    rows.push_back({network.name, network.version.to_text(), std::move(text)});
  }
  if (networks.empty())
    note("No networks in " + tool.runtime.options().cni_conf_dir);
  else
    context.out.print(table(rows));
  return failures.exit_code();
}

}  // namespace

void add_cni_status(CLI::App& group, Context& context) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = group.add_subcommand("status", "Ask the plugins whether they could attach something now");
  command->add_option("network", *name, "Name of a configured network; none: every one")->type_name("NETWORK");
  command->callback([&context, name] { context.action = [&context, name] { return status(context, *name); }; });
}

}  // namespace podrun::cli
