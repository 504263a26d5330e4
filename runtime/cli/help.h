// What --help prints.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/command.h"

namespace podrun::cli {

// `chain`: from podrun to the command that was asked about.
std::string help_text(const std::vector<Command*>& chain);

}  // namespace podrun::cli
