// Who waits at a port (sock_diag(7)).
#pragma once

#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

Result<std::vector<Listener>> listeners_in(const OpenSpace& space, int place, Transport transport,
                                           const std::vector<std::uint16_t>& ports);

}  // namespace podrun::packet
