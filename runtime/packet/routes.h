// Where packets go from a namespace, as its kernel decides it.
#pragma once

#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// `asked` has space, source, destination and in_link; the rest is filled. No packet is sent.
Result<void> ask_route(const OpenSpace& space, Route& asked);

// Those of `ips` that the namespace has an entry for.
Result<std::vector<Neighbour>> neighbours_in(const OpenSpace& space, int place,
                                             const std::vector<base::IpAddress>& ips);

}  // namespace podrun::packet
