// podrun cni status: would an ADD work now?
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

Result<std::vector<cni::NetworkList>> networks_asked_of(const CniTool& tool, const std::vector<std::string>& names) {
  if (!names.empty()) return std::vector{TRY(tool.network(names.front()))};
  cni::Networks networks = TRY(cni::scan_networks(tool.host.options.cni_conf_dir));
  for (const cni::Diagnostic& problem : networks.problems) warn(problem.to_text());
  return std::move(networks.lists);
}

Result<int> status(Context& context, const std::vector<std::string>& names) {
  CniTool tool(context);
  const std::vector<cni::NetworkList> networks = TRY(networks_asked_of(tool, names));
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
    note("No networks in " + tool.host.options.cni_conf_dir);
  else
    context.out.print(table(rows));
  return failures.exit_code();
}

}  // namespace

void cni_status_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "NETWORK", "Name of a configured network; none: every one", 0, 1);
  command.run([&context, words] { return status(context, *words); });
}

}  // namespace podrun::cli
