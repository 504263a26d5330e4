// The devices of the machine, for a container that may use them all.
#pragma once

#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/plan.h"

namespace podrun {

// Makes in `dev`, a container's /dev, every node that the host's has and `dev` has not, with the same mode and owner.
// Not what is mounted below the host's (pts, shm, mqueue, hugepages) and no links, as under containerd.
Result<void> add_devices_of_host(int dev);

// And makes there those that its plan names. What is there already stays as it is.
Result<void> add_devices(int dev, const std::vector<DeviceNode>& nodes);

}  // namespace podrun
