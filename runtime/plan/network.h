// What a pod tells the plugins of its network: CNI_ARGS as Kubernetes runtimes send them, and capability arguments
// (capability_args.h).
#pragma once

#include "runtime/model/plan.h"
#include "runtime/plan/network_plan.h"

namespace podrun {

// Ports, DNS and the annotations (annotations.h) that name no network are for the `primary` one alone. Kind::invalid
// names the annotation.
Result<NetworkPlan> network_plan(const ChosenNetwork& chosen, const PodPlan& pod, bool primary);

}  // namespace podrun
