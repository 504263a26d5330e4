// podrun trace.
#pragma once

#include "runtime/cli/command.h"
#include "runtime/cli/context.h"

namespace podrun::cli {

void trace_command(Command& command, Context& context);

}  // namespace podrun::cli
