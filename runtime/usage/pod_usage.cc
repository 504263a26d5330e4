#include "runtime/usage/pod_usage.h"

#include "runtime/kernel/clock.h"

namespace podrun {
namespace {

CgroupPlaces places_of(const Cgroup& cgroup, const std::string& container = "") {
  return {.is_v2 = cgroup.host().mode == CgroupHost::Mode::v2,
          .cpu = cgroup.directory("cpu", container),
          .cpuacct = cgroup.directory("cpuacct", container),
          .memory = cgroup.directory("memory", container),
          .pids = cgroup.directory("pids", container)};
}

// Of v1, where the OOM killer's doings are counted in the container's cgroup alone, and beside the containers' cgroups,
// below the pod's, is `aux`.
void add_what_v1_has_not(PodUsage& pod) {
  PidsUsage pids;
  for (const ContainerUsage& container : pod.containers) {
    if (container.cgroup.pids) pids.current += container.cgroup.pids->current;
    if (pod.cgroup.memory && container.cgroup.memory)
      pod.cgroup.memory->oom_kills += container.cgroup.memory->oom_kills;
  }
  if (!pod.cgroup.empty()) pod.cgroup.pids = pids;
}

}  // namespace

PodUsage read_usage(const CgroupHost& host, const PodRecord& pod,
                    const std::vector<const ContainerRecord*>& containers) {
  const Cgroup cgroup(host, pod.plan.cgroup_path);
  PodUsage usage;
  usage.at = boot_time();
  CgroupPlaces together = places_of(cgroup);
  if (!together.is_v2) together.pids.clear();
  usage.cgroup = read_usage(together);
  if (!pod.plan.namespaces.host_network) usage.network = read_network(pod.life.pause);
  for (const ContainerRecord* container : containers) {
    ContainerUsage one{.name = container->plan.name, .key = container->plan.key(), .at = boot_time(), .cgroup = {}};
    one.cgroup = read_usage(places_of(cgroup, container->plan.cgroup));
    if (!one.cgroup.empty()) usage.containers.push_back(std::move(one));
  }
  if (!together.is_v2) add_what_v1_has_not(usage);
  return usage;
}

}  // namespace podrun
