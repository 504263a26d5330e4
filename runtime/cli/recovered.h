// What a clean-up did, as people and scripts see it.
#pragma once

#include <vector>

#include "runtime/cli/context.h"
#include "runtime/sandbox/recover.h"

namespace podrun::cli {

// One line for each thing done on stdout, for each failure on stderr. Returns the exit code, which is the first new
// failure's, and kToldBefore where there are only old ones.
int tell(Context& context, const std::vector<Recovered>& report);

}  // namespace podrun::cli
