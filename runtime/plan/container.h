// A container, decided: see pod.h.
#pragma once

#include "runtime/model/layout.h"
#include "runtime/model/plan.h"
#include "runtime/plan/facts.h"

namespace podrun {

// Its first attempt, in a pod that was planned before it. Kind::invalid says what the manifest and the image cannot
// mean together.
Result<ContainerPlan> make_container_plan(const PodSpec& pod, const ContainerSpec& spec, const PodPlan& pod_plan,
                                          const ContainerFacts& facts, const MachineFacts& machine,
                                          const Layout& layout);

// Whether it may use every device of the machine.
bool has_devices_of_host(const PodSpec& pod, const ContainerSpec& spec);

}  // namespace podrun
