// The capability arguments of CONVENTIONS.md in the CNI repository, from the fields and annotations of a pod.
#pragma once

#include "cni/config.h"
#include "cni/json.h"
#include "runtime/model/plan.h"

namespace podrun {

// For the primary network alone: ports, DNS, and what the annotations that name no network ask for (annotations.h).
// Kind::invalid names the annotation.
Result<void> add_primarys(const PodPlan& pod, cni::JsonObject& args);

// For every network with a plugin that takes them: the pod's cgroup and its annotations.
void add_pods_own(const PodPlan& pod, const cni::NetworkList& network, cni::JsonObject& args);

}  // namespace podrun
