// podrun system: one file a command.
#pragma once

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void system_op_command(Command& command, Context& context);
void system_prune_command(Command& command, Context& context);
void system_tend_command(Command& command, Context& context);

}  // namespace podrun::cli
