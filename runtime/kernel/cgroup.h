// A pod's cgroups on v1, v2 and hybrid hierarchies, all under one path that is fixed by the pod's id:
//
//     PARENT/podrun/ID/aux         shim, pause, and CNI plugins while they run
//     PARENT/podrun/ID/ctr         limits of the whole pod
//     PARENT/podrun/ID/ctr/NAME    one container
//
// On v2 (and in the v2 half of a hybrid) one directory tree says it all; on v1 the tree is made in every controller we use,
// and `aux` only in the tracking hierarchy: the one that answers "which processes are the pod's".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

struct CgroupLimits {
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> cpu_millis;   // thousandths of a processor, over a period of 100 ms
  std::optional<std::uint64_t> cpu_weight;   // request in thousandths of a processor, made into shares or weight
  std::optional<std::uint64_t> pids;
};

// How this machine mounts its cgroups; read once from /proc/self/mountinfo.
struct CgroupHost {
  enum class Mode { v1, v2, hybrid };
  struct Hierarchy {
    std::string controllers;  // "cpu,cpuacct", "memory", …; "" for v2
    std::string mount;        // "/sys/fs/cgroup/memory"
  };
  Mode mode = Mode::v2;
  std::string unified;                    // mount point of v2; empty on pure v1
  std::vector<Hierarchy> v1;              // those we use: cpu, cpuacct, memory, pids, devices; and freezer on pure v1
  static Result<CgroupHost> discover();
};
const char* to_text(CgroupHost::Mode mode);

// What a process needs to be put into a cgroup: a v2 directory to be born in, v1 `tasks` files to write "0" to (a process
// that moves itself that way waits for no RCU grace period; cgroup.procs, or another's pid, costs 6-11 ms).
struct CgroupEntry {
  Fd v2;
  std::vector<Fd> v1_tasks;
};

class Cgroup {
 public:
  // `path` is the pod's, relative to each hierarchy's mount: "/podrun/ID" under the parent.
  Cgroup(CgroupHost host, std::string path) : host_(std::move(host)), path_(std::move(path)) {}

  Result<void> create(const CgroupLimits& pod_limits) const;
  Result<void> create_container(const std::string& name, const CgroupLimits& limits) const;  // with device rules
  Result<CgroupEntry> enter_aux() const;
  Result<CgroupEntry> enter_container(const std::string& name) const;

  // Kills every process in the whole tree (`under`: "" all, "ctr/NAME" one container) and waits until it is empty.
  Result<void> kill(const std::string& under, std::chrono::milliseconds limit) const;
  Result<std::vector<pid_t>> processes(const std::string& under) const;
  // Removes the (empty) tree from every hierarchy; what is absent is success.
  Result<void> remove() const;

  const std::string& path() const { return path_; }
  const CgroupHost& host() const { return host_; }

 private:
  CgroupHost host_;
  std::string path_;
};

}  // namespace podrun
