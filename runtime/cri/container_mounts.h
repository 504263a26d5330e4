// What of the host, and of images, a container is given: ContainerConfig.mounts.
#pragma once

#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/model/plan.h"

namespace podrun::cri {

// One takes the place of what a container has there by itself. Kind::invalid names the mount; errors about images begin
// with "ImageVolumeMountFailed", by which a kubelet knows them.
Result<void> add_mounts(const api::ContainerConfig& config, const std::string& images, const PodPlan& pod,
                        std::vector<MountPlan>& rows);

}  // namespace podrun::cri
