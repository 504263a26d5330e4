// One cgroup, of v1 or v2: a directory.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

// One that is there already is success. Error not_found: the cgroup above it is missing.
Result<void> make_cgroup(const std::string& path);

// The same, and where the cgroups above it are missing, those too.
Result<void> make_cgroup_with_parents(const std::string& path);

// Who is in it, and not in one below. None where there is no such cgroup.
std::vector<pid_t> processes_of(const std::string& path);

}  // namespace podrun
