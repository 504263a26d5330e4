// What a container may use: LinuxContainerResources.
#pragma once

#include "runtime/cri/api.h"
#include "runtime/model/plan.h"

namespace podrun::cri {

// What is 0 or empty is not said, and stays as it is in the plan. Kind::unsupported of what `host` has not, before
// anything of the plan has changed.
Result<void> give_limits(const api::LinuxContainerResources& resources, const CgroupHost& host, ContainerPlan& plan);

}  // namespace podrun::cri
