// A container of a pod, in two halves: prepare() has it cloned and sends it its plan, so that it works towards its
// barrier by itself while the network is being made; release() lets it become its payload.
#pragma once

#include <string>

#include "runtime/sandbox/plan.h"
#include "runtime/sandbox/rootfs.h"
#include "runtime/sandbox/shim.h"

namespace podrun {

// What all containers of a pod need, made once.
struct ContainerMakings {
  const Cgroup& cgroup;
  const mounts::PrivateNamespace& workbench;
  PodUsers users;
  std::string etc;  // directory of hosts, hostname and resolv.conf
  std::uint64_t join = 0;
  std::uint64_t fresh = 0;
};

struct PreparedContainer {
  ContainerRecord record;
  Shim::Launched launched;
  std::string warning;  // empty: none
};

Result<PreparedContainer> prepare(const ContainerPlan& plan, const ContainerMakings& makings, Shim& shim);
Result<ContainerRecord> release(PreparedContainer& container);

}  // namespace podrun
