// podrun system prune: remove what belongs to nobody. So it asks nobody.
#include <CLI/CLI.hpp>

#include "base/interruption.h"
#include "runtime/cli/recovered.h"
#include "runtime/cli/system_commands.h"

namespace podrun::cli {
namespace {

Result<int> prune(Context& context) {
  TRY(context.require_root("system prune"));
  const base::InterruptionScope listening;
  Runtime runtime = context.runtime();
  const std::vector<Recovered> pruned = TRY(runtime.prune());
  if (pruned.empty()) note("Nothing to prune");
  return tell(context, pruned);
}

}  // namespace

void add_system_prune(CLI::App& group, Context& context) {
  CLI::App* command =
      group.add_subcommand("prune", "Remove what no pod and nobody else has: recover, then GC of every network");
  command->callback([&context] { context.action = [&context] { return prune(context); }; });
}

}  // namespace podrun::cli
