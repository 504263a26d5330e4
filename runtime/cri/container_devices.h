// Devices of the machine that a container is given.
#pragma once

#include "runtime/cri/api.h"
#include "runtime/model/plan.h"

namespace podrun::cri {

// A directory means all devices in it and below. Kind::not_found where the machine has none there, unsupported where it
// is to be anywhere but below /dev.
Result<std::vector<DeviceNode>> devices_of(const api::ContainerConfig& config);

}  // namespace podrun::cri
