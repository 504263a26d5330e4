// Whether pods could be given a network now.
#pragma once

#include <string>

#include "runtime/cri/options.h"

namespace podrun::cri {

// Empty where they could; else why not, in one line. Looks at configurations and for plugins, and runs none: nobody who
// asks is to wait for one.
std::string network_problem(const Options& options);

}  // namespace podrun::cri
