// Making one cgroup, of v1 or v2: a directory.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// One that is there already is success. Error not_found: the cgroup above it is missing.
Result<void> make_cgroup(const std::string& path);

}  // namespace podrun
