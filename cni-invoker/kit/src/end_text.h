// How a run of a plugin ended, for reports: "exit 0", "signal 9", "time limit".
#pragma once

#include <string>

#include "cni/runner.h"

namespace cni::kit {

std::string end_text(const RunOutcome& outcome);

}  // namespace cni::kit
