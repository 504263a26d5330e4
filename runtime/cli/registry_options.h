// How registries are asked, as the command line says.
#pragma once

#include "runtime/cli/command.h"
#include "runtime/image/image.h"

namespace podrun::cli {

void add_registry(Command& command, Registry& registry);

}  // namespace podrun::cli
