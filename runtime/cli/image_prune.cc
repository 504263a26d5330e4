// podrun image prune: remove what neither a name nor a pod leads to. As system prune, it asks nobody.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/image_commands.h"
#include "runtime/sandbox/remove_images.h"

namespace podrun::cli {
namespace {

Result<int> prune_by_hand(Context& context, bool all) {
  TRY(context.require_root("image prune"));
  base::listen_for_interruption();
  const RemovedImages removed = TRY(prune_images(context.host(), all, tell_of_waiting).in("image prune"));
  for (const std::string& name : removed.names) context.out.print("Untagged: " + name + "\n");
  for (const std::string& id : removed.ids) context.out.print("Deleted: " + id + "\n");
  context.out.print("Total reclaimed space: " + size_text(removed.bytes) + "\n");
  return 0;
}

}  // namespace

void image_prune_command(Command& command, Context& context) {
  const auto all = std::make_shared<bool>(false);
  command.flag("-a,--all", *all, "Also images that have names and that no pod uses");
  command.run([&context, all] { return prune_by_hand(context, *all); });
}

}  // namespace podrun::cli
