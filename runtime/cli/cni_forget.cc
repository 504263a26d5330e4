// podrun cni forget: a DEL is owed no longer, because a person says so.
#include <memory>

#include "base/files.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_ledger_view.h"
#include "runtime/cli/pods.h"
#include "runtime/sandbox/network.h"

namespace podrun::cli {
namespace {

struct CniForgetCommandOptions {
  std::vector<std::string> containers;
  std::string network;  // empty: of whichever
  std::string ifname;   // likewise
};

Error cannot(const cni::LedgerEntry& entry, const std::string& why) {
  return {Kind::invalid, 0,
          "network '" + entry.network.name + "': '" + entry.attachment.ifname + "' of container '" +
              entry.attachment.container_id + "' " + why};
}

Result<bool> forget(CniTool& tool, const cni::LedgerEntry& entry) {
  if (base::path_exists(tool.host.layout().box(entry.attachment.container_id)))
    return cannot(entry, "is a pod's: `podrun delete` detaches it, and with --force gives it up");
  const AttachmentView view{.entry = entry, .taken = tool.invoker.taken_over(entry).has_value()};
  if (state_word(view, cni::current_boot_id()) == "attached")
    return cannot(entry, "is attached, and no DEL of it has failed: `podrun cni del` detaches it");
  if (!TRY(tool.invoker.forget(entry))) return false;
  warn(abandoned_text(entry));
  return true;
}

Result<int> forget(Context& context, const CniForgetCommandOptions& options) {
  TRY(context.require_root("cni forget"));
  CniTool tool(context);
  Failures failures;
  for (const std::string& container : options.containers) {
    TRY(cni::check_container_id(container));
    bool found = false;
    for (const cni::LedgerEntry& entry : TRY(tool.invoker.ledger()->of_container(container))) {
      if (!options.network.empty() && options.network != entry.network.name) continue;
      if (!options.ifname.empty() && options.ifname != entry.attachment.ifname) continue;
      found = true;
      if (const auto gone = forget(tool, entry); !gone) failures.add(gone.error());
    }
    if (!found)
      failures.add({Kind::not_found, 0,
                    "nothing is owed to container '" + container + "'; `podrun cni attachments` lists what is"});
  }
  return failures.exit_code();
}

}  // namespace

void cni_forget_command(Command& command, Context& context) {
  const auto options = std::make_shared<CniForgetCommandOptions>();
  command.words(options->containers, "CONTAINER", "Ids of containers, as `podrun cni attachments` shows them", 1);
  command.option("--network", options->network, "NAME", "Only in this network");
  command.option("--ifname", options->ifname, "NAME", "Only this interface");
  command.run([&context, options] { return forget(context, *options); });
}

}  // namespace podrun::cli
