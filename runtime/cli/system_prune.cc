// podrun system prune: remove what belongs to nobody. So it asks nobody.

#include "base/interruption.h"
#include "runtime/cli/recovered.h"
#include "runtime/cli/system_commands.h"
#include "runtime/sandbox/prune.h"

namespace podrun::cli {
namespace {

Result<int> prune_all(Context& context) {
  TRY(context.require_root("system prune"));
  base::listen_for_interruption();
  const std::vector<Recovered> pruned = TRY(podrun::prune(context.host()));
  if (pruned.empty()) note("Nothing to prune");
  return tell(context, pruned);
}

}  // namespace

void system_prune_command(Command& command, Context& context) {
  command.run([&context] { return prune_all(context); });
}

}  // namespace podrun::cli
