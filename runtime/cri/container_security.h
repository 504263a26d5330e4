// Who a container runs as, and with which rights: LinuxContainerSecurityContext.
#pragma once

#include "runtime/cri/api.h"
#include "runtime/model/plan.h"
#include "runtime/model/spec.h"
#include "runtime/plan/facts.h"

namespace podrun::cri {

// What a plan is made from. `facts` gets the profiles, and a user that is named in place of the image's.
Result<void> give_security(const api::LinuxContainerSecurityContext& security,
                           const api::LinuxSandboxSecurityContext& of_pod, const MachineFacts& machine,
                           ContainerSpec& spec, ContainerFacts& facts);

// What no PodSpec can say.
Result<void> finish_security(const api::LinuxContainerSecurityContext& security, ContainerPlan& plan);

}  // namespace podrun::cri
