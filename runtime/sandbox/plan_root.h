// What is mounted where: in pause, and in a container.
#pragma once

#include "runtime/init/plan.h"
#include "runtime/kernel/cgroup.h"

namespace podrun {

// Nearly nothing: the mounts whose only purpose is that containers are made from a copy of them. The kernel lets a user
// namespace make a procfs or sysfs only where it sees a whole one; /dev/shm is shared by the pod, and with `host_ipc`
// is the host's. Masked as a container's, which may see it as /proc/1/root. Descriptors to send: /dev/null, and the
// host's /dev/shm.
init::Root pause_root(bool host_ipc);

// Descriptors to send, in this order: root filesystem, /dev, with cgroup v1 the directory of controllers, then hosts,
// hostname and resolv.conf.
init::Root container_root(const CgroupHost& cgroup);

}  // namespace podrun
