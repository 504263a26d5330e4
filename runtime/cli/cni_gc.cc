// podrun cni gc: detach what nobody needs any more.
#include <memory>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_valid.h"
#include "runtime/cli/recovered.h"
#include "runtime/sandbox/network.h"

namespace podrun::cli {
namespace {

struct CniGcCommandOptions {
  std::vector<std::string> network;  // one
  std::vector<std::string> valid;
  bool none = false;
};

Result<int> gc(Context& context, const CniGcCommandOptions& options) {
  TRY(context.require_root("cni gc"));
  if (options.valid.empty() != options.none)
    return Error{Kind::invalid, 0, "cni gc: expected either --valid with what is to stay, or --valid-none"};
  base::listen_for_interruption();
  CniTool tool(context);
  const cni::NetworkList network = TRY(tool.network(options.network.at(0)));
  const std::vector<cni::ValidAttachment> listed = TRY(parse_valid(options.valid));
  // A pod's interfaces are its own as long as it exists: `podrun delete` is what takes them.
  const auto is_of_pod = [&](const cni::Attachment& attachment, bool) {
    return base::path_exists(tool.host.layout().box(attachment.container_id));
  };
  std::vector<Recovered> report;
  add_clean_up(report, "network '" + network.name + "'", collect(tool.invoker, network, listed, is_of_pod));
  if (network.disable_gc) note("network '" + network.name + "' has \"disableGC\": nothing was done");
  return tell(context, report);
}

}  // namespace

void cni_gc_command(Command& command, Context& context) {
  const auto options = std::make_shared<CniGcCommandOptions>();
  command.words(options->network, "NETWORK", "Name of a configured network", 1, 1);
  command.option("--valid", options->valid, "ID/IFNAME", "What is to stay; may be repeated");
  command.flag("--valid-none", options->none, "Nothing is to stay");
  command.run([&context, options] { return gc(context, *options); });
}

}  // namespace podrun::cli
