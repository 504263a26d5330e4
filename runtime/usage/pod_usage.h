// What a pod and its containers use of the machine, at one moment.
#pragma once

#include <string>
#include <vector>

#include "runtime/model/record.h"
#include "runtime/usage/cgroup_usage.h"
#include "runtime/usage/network_usage.h"

namespace podrun {

struct ContainerUsage {
  std::string name;
  std::string key;  // of the attempt: counters of another begin anew
  std::int64_t at = 0;
  CgroupUsage cgroup;
};

struct PodUsage {
  std::int64_t at = 0;  // CLOCK_BOOTTIME, nanoseconds: rates are differences by these
  // Of all its containers together, those that have ended too; not of its shim and pause. On v1 processes and the OOM
  // killer's doings are those of `containers`.
  CgroupUsage cgroup;
  std::vector<InterfaceUsage> network;  // none with the host's network
  std::vector<ContainerUsage> containers;
};

// `containers`: those that are wanted. What is gone by now is left out. No lock is taken, and nothing waited for.
PodUsage read_usage(const CgroupHost& host, const PodRecord& pod,
                    const std::vector<const ContainerRecord*>& containers);

}  // namespace podrun
