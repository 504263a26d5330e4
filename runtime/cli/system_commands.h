// podrun system: one file a command. Each function adds its command to the group.
#pragma once

#include "runtime/cli/context.h"

namespace podrun::cli {

void add_system_prune(CLI::App& group, Context& context);

}  // namespace podrun::cli
