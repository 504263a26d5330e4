// cgroup v2's controllers reach a cgroup only where every cgroup above it hands them down.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::cgroup_v2 {

// Hands memory, cpu and pids to the children of `dir`. One that this machine lacks (a kernel without memory cgroups, a
// delegated subtree) is missed only when a limit needs its file.
Result<void> hand_down(const std::string& dir);

// The same for every cgroup from `mount`, where v2 is mounted, to `mount` + `path`. In a container `mount` is the
// container's own cgroup, which has processes, so that it may not hand down: they are moved into its leaf "init" then.
Result<void> hand_down_to(const std::string& mount, const std::string& path);

}  // namespace podrun::cgroup_v2
