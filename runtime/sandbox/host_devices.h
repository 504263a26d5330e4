// The devices of the machine, for a container that may use them all.
#pragma once

#include "runtime/kernel/types.h"

namespace podrun {

// Makes in `dev`, a container's /dev, every node that the host's has and `dev` has not, with the same mode and owner.
// Not what is mounted below the host's (pts, shm, mqueue, hugepages) and no links, as under containerd.
Result<void> add_devices_of_host(int dev);

}  // namespace podrun
