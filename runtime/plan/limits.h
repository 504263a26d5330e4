// What of the machine a pod and its containers are given, from what was asked for. As the kubelet has it, with and
// without resources of the Pod (KEP-2837).
#pragma once

#include "runtime/model/plan.h"

namespace podrun {

// Where the pod has a limit and the container has none, the pod's is the container's, too: whoever sizes itself by its
// own cgroup finds it there.
CgroupLimits container_limits(const PodSpec& pod, const ContainerSpec& container);

// Of the containers together. Limits and weight are those of the Pod's own resources; without, containers have theirs,
// and nothing holds them together but that what is kept for them is the sum.
CgroupLimits pod_limits(const PodSpec& pod);

// Memory that the pod asks for: its own request, else what its containers ask for (containers_request()).
std::uint64_t memory_request(const PodSpec& pod);

}  // namespace podrun
