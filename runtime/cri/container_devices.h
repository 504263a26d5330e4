// Devices of the machine that a container is given.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/model/plan.h"

namespace podrun::cri {

// A directory means all devices in it and below. Kind::not_found where the machine has none there, unsupported where it
// is to be anywhere but below /dev.
Result<std::vector<DeviceNode>> devices_of(const api::ContainerConfig& config);

// A node as the machine has it, at another path; `permissions`: of r, w and m.
DeviceNode device_node(const struct stat& info, const std::string& path, const std::string& permissions);

}  // namespace podrun::cri
