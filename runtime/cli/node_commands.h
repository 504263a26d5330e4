// podrun node: one file a command.
#pragma once

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void node_add_command(Command& command, Context& context);
void node_delete_command(Command& command, Context& context);
void node_exec_command(Command& command, Context& context);
void node_get_command(Command& command, Context& context);

}  // namespace podrun::cli
