// A process of ours on its way into a container that runs.
#pragma once

#include <cstdint>

#include "runtime/kernel/cgroup.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// The namespaces of the container that are not the caller's own already: joining one's own user namespace is an error.
// Asked of the process and not of its record: a namespace that it has left may be gone, and its number ours by now.
Result<std::uint64_t> namespaces_to_join(const ContainerRecord& container);

// To the OOM killer the new process is one more of the container's.
int oom_score_adj_of(pid_t pid);

struct Child {
  pid_t pid = 0;
  Fd pidfd;
};

// As fork(2): twice it returns. Undumpable from its birth: the container must not trace what is on its way into it
// (CVE-2016-9962). In the cgroup on v2; on v1 it has to enter by itself. `pid_namespace_of`: a pidfd of whose pid
// namespace it is born in; -1: our own.
Result<Child> clone_undumpable(int pid_namespace_of, const CgroupEntry& cgroup);
Result<void> enter_cgroup(const CgroupEntry& cgroup);

// Of a child that is of no use any more. One that hangs in the kernel, or that somebody inside traces, is not waited
// for.
void end_child(const Fd& child);

}  // namespace podrun
