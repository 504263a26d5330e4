// Devices of the Container Device Interface (runtime/cdi) that a container asks for.
#pragma once

#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/model/plan.h"

namespace podrun::cri {

// By ContainerConfig.CDI_devices, and by annotations under "cdi.k8s.io/", from before there was that field. What
// vendors say of them goes before what the plan has already: variables, mounts and devices of the same name give way.
Result<void> give_cdi_devices(const api::ContainerConfig& config, const std::vector<std::string>& directories,
                              const PodPlan& pod, ContainerPlan& plan);

}  // namespace podrun::cri
