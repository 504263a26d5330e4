// podrun system: the group of commands about this machine as a whole.
#include <CLI/CLI.hpp>

#include "runtime/cli/commands.h"
#include "runtime/cli/system_commands.h"

namespace podrun::cli {

void add_system(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("system", "Look after what podrun has on this machine");
  group->require_subcommand(1);
  add_system_prune(*group, context);
}

}  // namespace podrun::cli
