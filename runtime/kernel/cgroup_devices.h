// The common device rules (devices.h) on a cgroup of a pod's, on v1 or v2.
#pragma once

#include <string>

#include "runtime/kernel/cgroup_host.h"
#include "runtime/kernel/types.h"

namespace podrun {

// On `v1`, a path below the hierarchy of the devices controller, where there is that; else on `v2`, one below the
// unified hierarchy. Holds for what is made below it, too.
Result<void> limit_devices(const CgroupHost& host, const std::string& v1, const std::string& v2);

}  // namespace podrun
