// A container of a pod, step by step: prepare() has it cloned and sends it its plan, so that it works towards its
// barrier by itself while the network is being made; await_ready() sees it there, with the payload's rights and no
// others; and when all of the pod's are, release() lets it become its payload, which may see what its siblings do.
#pragma once

#include <string>

#include "runtime/sandbox/etc_mount.h"
#include "runtime/sandbox/plan.h"
#include "runtime/sandbox/rootfs.h"
#include "runtime/sandbox/shim.h"

namespace podrun {

// What all containers of a pod need, made once.
struct ContainerMakings {
  const Cgroup& cgroup;
  const mounts::PrivateNamespace& workbench;
  PodUsers users;
  const EtcMount& etc;
  std::uint64_t join = 0;
  std::uint64_t fresh = 0;
};

struct PreparedContainer {
  ContainerRecord record;
  Shim::Launched launched;
  std::string warning;  // empty: none
  bool has_memory_limit = false;
};

Result<PreparedContainer> prepare(const ContainerPlan& plan, const ContainerMakings& makings, Shim& shim);
Result<void> await_ready(PreparedContainer& container, const Cgroup& cgroup);
Result<ContainerRecord> release(PreparedContainer& container, const Cgroup& cgroup);

}  // namespace podrun
