// The common device rules (devices.h) on a cgroup of a pod's, on v1 or v2.
#pragma once

#include <string>
#include <vector>

#include "runtime/kernel/cgroup_host.h"
#include "runtime/kernel/devices.h"
#include "runtime/kernel/types.h"

namespace podrun {

// With `more` beside them. On `v1`, a path below the hierarchy of the devices controller, where there is that; else on
// `v2`, one below the unified hierarchy. Holds for what is made below it, too.
Result<void> limit_devices(const CgroupHost& host, const std::string& v1, const std::string& v2,
                           const std::vector<devices::Rule>& more = {});

}  // namespace podrun
