// How long CNI plugins took, as timed_plugin.cc wrote it down.
#pragma once

#include <string>

#include "integration/bench/timing.h"

namespace cri_bench {

// Of one pod's plugins together, one after another. `command`: ADD or DEL. Without a file there were none.
bench::Milliseconds plugin_time(const std::string& file, const std::string& pod, const std::string& command);

}  // namespace cri_bench
