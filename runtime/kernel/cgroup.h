// A pod's cgroups on v1, v2 and hybrid hierarchies, all under one path that is fixed by the pod's id:
//
//     v2   PARENT/podrun-ID             what the pod is given beside other pods
//          PARENT/podrun-ID/aux         shim, pause, and CNI plugins while they run
//          PARENT/podrun-ID/keep        podrun while it looks after the pod, where there is something to look after
//          PARENT/podrun-ID/ctr         limits and device rules of all containers
//          PARENT/podrun-ID/ctr/web.0   one attempt of a container
//     v1   PARENT/podrun-ID             limits and device rules, in each hierarchy with a controller we use
//          PARENT/podrun-ID/ctr-web.0   one attempt of a container
//                                       (in those of cpuset and hugetlb only who asks for it)
//          PARENT/podrun-networks       daemons of networks, while there are any: where processes are tracked
//
// A hybrid machine has both. The tracking hierarchy, the one that answers "which processes are the pod's", is v2 where
// there is one, else v1's pids controller, which then has an `aux` too.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/cgroup_host.h"
#include "runtime/kernel/devices.h"
#include "runtime/kernel/types.h"

namespace podrun {

struct CgroupLimits {
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> memory_kept;  // bytes that are reclaimed only when nothing else is left: v2 alone
  std::optional<std::uint64_t> cpu_millis;   // thousandths of a processor, over a period of 100 ms
  std::optional<std::uint64_t> cpu_weight;   // request in thousandths of a processor, made into shares or weight
  std::optional<std::uint64_t> pids;
  std::uint64_t pids_unless_said = 0;  // instead of `pids`, where this machine can count them; 0: no limit
  // Of a container alone, and written as they are: "cpuset.cpus", "hugetlb.2MB.max". Named as v2 has them.
  std::map<std::string, std::string> files = {};
  std::map<std::string, std::string> unified_files = {};  // any of v2's controllers; v1 has none
};

// Which device nodes a container may open.
enum class DeviceAccess : std::uint8_t {
  as_pod,  // by the rules of its pod's cgroup
  common,  // those that every container has, where the pod's cgroup has no rules
  all,     // the same, and whatever node there is
};

// What a process needs to be put into a cgroup: a v2 directory to be born in, v1 `tasks` files to write "0" to (a
// process that moves itself that way waits for no RCU grace period; cgroup.procs, or another's pid, costs 6-11 ms).
struct CgroupEntry {
  std::string dir;  // in the tracking hierarchy
  Fd v2;
  std::vector<Fd> v1_tasks;
};

// How to tell what plugins have left in `aux`. Plugins start in the session of the podrun that runs them. What has made
// a session of its own (setsid, as daemons do) it has made to outlive who started it: it is its network's.
struct PluginTraces {
  std::vector<pid_t> of_the_pod;  // shim and pause, which are in `aux` too
  std::vector<pid_t> sessions;    // of the podruns that have run plugins there
};

class Cgroup {
 public:
  // `path` is the pod's, relative to each hierarchy's mount: "PARENT/podrun-ID".
  Cgroup(CgroupHost host, std::string path) : host_(std::move(host)), path_(std::move(path)) {}

  // The pod's, with limits of its containers together. They have the common device rules together as well, or with
  // `devices_by_container` each its own: a cgroup can have no more than the one above it.
  Result<void> create(const CgroupLimits& limits, bool devices_by_container) const;
  // `more`: devices beside the common ones.
  Result<void> create_container(const std::string& name, const CgroupLimits& limits, DeviceAccess devices,
                                const std::vector<devices::Rule>& more = {}) const;
  // Other limits for what is there; what is not said stays as it is. A memory limit below what is in use is Kind::busy
  // on v1, and on v2 ends processes.
  Result<void> change(const CgroupLimits& limits) const;
  Result<void> change_container(const std::string& name, const CgroupLimits& limits) const;
  // Where that controller has its files on all containers together, or on one; empty where this machine has it not.
  std::string directory(std::string_view controller, const std::string& container = "") const;
  // Whether the OOM killer has ended a process of the container, for the container's limit or the machine's end.
  bool has_run_out_of_memory(const std::string& name) const;
  Result<CgroupEntry> aux_entry() const;   // opened; nobody moves
  Result<CgroupEntry> keep_entry() const;  // made where it is not there
  Result<CgroupEntry> container_entry(const std::string& name) const;
  // Files a process writes "0" to, to put itself into `aux`: for those we start through somebody else's library.
  std::vector<std::string> aux_join_files() const;

  // Moves the calling process out of the pod's, to where pid 1 is: kill() spares it then, and its place is nobody's to
  // remove.
  Result<void> leave() const;

  // Waits until no plugin is under way in `aux`. One that still is when the limit is over is left to kill().
  void let_plugins_end(const PluginTraces& traces, std::chrono::milliseconds limit) const;
  // Moves networks' daemons out of `aux` into PARENT/podrun-networks, beside the pods, which other pods' plugins find
  // them in as well as here, and where they live as pods do: in no session's scope, and in no pod's limits.
  Result<void> release_daemons(const PluginTraces& traces) const;
  // Kills every process in the whole tree and waits until it is empty; no tree is success. Kind::timeout names what
  // stayed.
  Result<void> kill(std::chrono::milliseconds limit) const;
  Result<std::vector<pid_t>> processes() const;
  // The same of one container; and then what it was in. What is absent is success.
  Result<void> kill_container(const std::string& name, std::chrono::milliseconds limit) const;
  Result<void> remove_container(const std::string& name) const;
  // Kills what of a container is in that session (setsid(2)), as its pid was on the host: an exec and its children.
  void kill_session(const std::string& name, pid_t session) const;
  // After kill(): makes `aux` anew for what has yet to run there. False where the pod has no cgroup any more.
  Result<bool> renew_aux() const;
  // Removes the (empty) tree from every hierarchy, and PARENT/podrun-networks where that is empty; what is absent is
  // success.
  Result<void> remove() const;

  const std::string& path() const { return path_; }
  const CgroupHost& host() const { return host_; }

 private:
  std::string tracking_dir() const;
  std::string container_dir(const std::string& name) const;  // in the tracking hierarchy
  std::string daemons_dir() const;

  CgroupHost host_;
  std::string path_;
};

}  // namespace podrun
