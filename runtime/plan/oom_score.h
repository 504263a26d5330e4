// Whom the OOM killer takes first when the machine, not a container, is out of memory.
#pragma once

#include <cstdint>

#include "runtime/model/spec.h"

namespace podrun {

// "Guaranteed", "Burstable" or "BestEffort": of a Pod, by its own resources and those of its containers, as below.
const char* qos_class(const PodSpec& pod);

// As the kubelet computes it (pkg/kubelet/qos/policy.go), so that pods stand to each other and to the machine as they
// would on a node: a pod whose containers all have limits of processor and memory, and requests as large, is spared
// longest; one that asks for nothing goes first; between them, who asked for more memory goes later. Resources of the
// Pod itself decide before its containers' (KEP-2837).
int oom_score_adj(const PodSpec& pod, const ContainerSpec& container, std::uint64_t machine_bytes);

}  // namespace podrun
