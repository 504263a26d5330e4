// What of the host, and of images, a container is given.
#pragma once

#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/model/plan.h"

namespace podrun::cri {

// ContainerConfig.mounts, paths as they were given. Kind::invalid names the mount; errors about images begin with
// "ImageVolumeMountFailed", by which a kubelet knows them.
Result<std::vector<MountPlan>> mounts_of(const api::ContainerConfig& config, const std::string& images);

// One takes the place of what a container has there by itself, or has been given before. Links of the host are
// followed.
Result<void> add_mounts(std::vector<MountPlan> mounts, const PodPlan& pod, std::vector<MountPlan>& rows);

}  // namespace podrun::cri
