// What is mounted where: in pause, and in a container.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/kernel/cgroup_host.h"
#include "runtime/model/mount.h"

namespace podrun {

// Nearly nothing: the mounts whose only purpose is that containers are made from a copy of them. The kernel lets a user
// namespace make a procfs or sysfs only where it sees a whole one; /dev/shm is shared by the pod, and with `host_ipc`
// is the host's. Read-only.
std::vector<MountPlan> pause_mounts(bool host_ipc);

// What a container has of the kernel's files, and of the machine's devices.
enum class KernelFiles : std::uint8_t {
  common,    // the kernel's read-only, its own devices
  writable,  // privileged: what its user namespace may change, it can
  of_host,   // the same, and every device of the machine
};

std::vector<MountPlan> container_mounts(const CgroupHost& cgroup, bool is_read_only, KernelFiles files);

// In a container, and in pause, which a container may see as /proc/1/root.
std::vector<std::string> masked_kernel_files();
std::vector<std::string> read_only_kernel_files();

}  // namespace podrun
