// How this machine mounts its cgroups, wherever that is: proc_pid_mountinfo(5) says it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

struct CgroupHost {
  enum class Mode { v1, v2, hybrid };
  struct Hierarchy {
    // All of them, in the kernel's order: systemd mounts "cpu" and "cpuacct" as one.
    std::vector<std::string> controllers;
    std::string mount;  // "/sys/fs/cgroup/cpu,cpuacct"

    bool has(std::string_view controller) const;
    std::string name() const;  // "cpu,cpuacct": its directory below /sys/fs/cgroup, as systemd names it
  };
  Mode mode = Mode::v2;
  std::string unified;        // mount point of v2; empty on pure v1
  std::vector<Hierarchy> v1;  // those with a controller that we use: memory, cpu, cpuacct, pids, devices
  std::vector<Hierarchy> v1_on_demand;  // cpuset and hugetlb: containers that ask for nothing of them are not in them

  const Hierarchy* with(std::string_view controller) const;  // of both; null where v1 has it not

  static Result<CgroupHost> discover();
};
const char* to_text(CgroupHost::Mode mode);

// discover() for a machine whose mountinfo this is. Of a hierarchy that is mounted more than once the last whole one is
// taken: the mounts before it may be hidden, and a part may be somebody's bind mount.
Result<CgroupHost> cgroup_host_from(const std::string& mountinfo);

}  // namespace podrun
