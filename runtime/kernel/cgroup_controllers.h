// Which controllers limits need, and whether this machine has them.
#pragma once

#include "runtime/kernel/cgroup.h"

namespace podrun {

// Before anything is made: Kind::unsupported names what is missing, Kind::invalid a file that is no controller's. What
// a cgroup further down was denied is told only by the kernel, where a limit is written.
Result<void> check_controllers(const CgroupHost& host, const CgroupLimits& limits);

}  // namespace podrun
