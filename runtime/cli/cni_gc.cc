// podrun cni gc: detach what nobody needs any more.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_valid.h"
#include "runtime/cli/recovered.h"
#include "runtime/sandbox/network.h"

namespace podrun::cli {
namespace {

struct Options {
  std::string network;
  std::vector<std::string> valid;
  bool none = false;
};

Result<int> gc(Context& context, const Options& options) {
  TRY(context.require_root("cni gc"));
  if (options.valid.empty() != options.none)
    return Error{Kind::invalid, 0, "cni gc: expected either --valid with what is to stay, or --valid-none"};
  const base::InterruptionScope listening;
  CniTool tool(context);
  const cni::NetworkList network = TRY(tool.network(options.network));
  const std::vector<cni::ValidAttachment> listed = TRY(parse_valid(options.valid));
  // A pod's interfaces are its own as long as it exists: `podrun delete` is what takes them.
  const auto is_of_pod = [&](const cni::Attachment& attachment) {
    return base::path_exists(tool.runtime.store().layout().box(attachment.container_id));
  };
  std::vector<Recovered> report;
  add_clean_up(report, "network '" + network.name + "'", collect(tool.invoker, network, listed, is_of_pod));
  if (network.disable_gc) note("network '" + network.name + "' has \"disableGC\": nothing was done");
  return tell(context, report);
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
