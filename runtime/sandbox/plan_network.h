// What a pod tells the plugins of its network: CNI_ARGS as Kubernetes runtimes send them, and capability arguments
// (capability_args.h).
#pragma once

#include "runtime/manifest/spec.h"
#include "runtime/sandbox/plan.h"

namespace podrun {

// Ports, DNS and the annotations (annotations.h) that name no network are for the `primary` one alone. Kind::invalid
// names the annotation.
Result<NetworkPlan> network_plan(const PodSpec& spec, const ChosenNetwork& chosen, const PodRecord& record,
                                 bool primary);

}  // namespace podrun
