// Ports of the host.
#pragma once

#include "runtime/model/spec.h"

namespace podrun {

// Whether the host cannot give both of them their port.
bool collide(const PortSpec& one, const PortSpec& other);

}  // namespace podrun
