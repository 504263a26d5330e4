// podrun cni gc: detach what nobody needs any more.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/files.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_valid.h"
#include "runtime/cli/pods.h"
#include "runtime/sandbox/network.h"

namespace podrun::cli {
namespace {

struct Options {
  std::string network;
  std::vector<std::string> valid;
  bool none = false;
};

// A pod's interfaces are its own as long as it exists: `podrun delete` is what takes them.
Result<void> add_those_of_pods(const CniTool& tool, std::vector<cni::ValidAttachment>& valid) {
  for (const cni::LedgerEntry& entry : TRY(tool.invoker.ledger()->list()))
    if (base::path_exists(tool.runtime.store().layout().box(entry.attachment.container_id)))
      valid.push_back({entry.attachment.container_id, entry.attachment.ifname});
  return {};
}

Result<int> gc(Context& context, const Options& options) {
  TRY(context.require_root("cni gc"));
  if (options.valid.empty() != options.none)
    return Error{Kind::invalid, 0, "cni gc: expected either --valid with what is to stay, or --valid-none"};
  CniTool tool(context);
  const cni::NetworkList network = TRY(tool.network(options.network));
  const std::vector<cni::ValidAttachment> listed = TRY(parse_valid(options.valid));
  const cni::CleanUp done = TRY(tool.invoker.collect(network, [&]() -> Result<std::vector<cni::ValidAttachment>> {
    std::vector<cni::ValidAttachment> valid = listed;
    TRY(add_those_of_pods(tool, valid));  // now that no pod can come in between
    return valid;
  }));
  if (network.disable_gc) note("network '" + network.name + "' has \"disableGC\": nothing was done");
  for (const cni::LedgerEntry& entry : done.detached) context.out.print(one_line(detached_text(entry)) + "\n");
  Failures failures;
  for (const Error& failure : done.failures) failures.add(failure);
  return failures.exit_code();
}

}  // namespace

void add_cni_gc(CLI::App& group, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      group.add_subcommand("gc", "Detach everything but what is listed, what pods have, and others' own");
  command->add_option("network", options->network, "Name of a configured network")->required()->type_name("NETWORK");
  command->add_option("--valid", options->valid, "What is to stay")->type_name("ID/IFNAME");
  command->add_flag("--valid-none", options->none, "Nothing is to stay");
  command->callback([&context, options] { context.action = [&context, options] { return gc(context, *options); }; });
}

}  // namespace podrun::cli
