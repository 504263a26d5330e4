// What connection tracking says of the packet, asked by its addresses: the table may have hundreds of thousands of
// rows.
#pragma once

#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// The entries of `flows` in that namespace, each once. Kind::unsupported and others: the kernel does not tell.
Result<std::vector<Connection>> find_connections(const OpenSpace& space, int place, Transport transport,
                                                 const std::vector<Flow>& flows);

// All others from one address to one port. It reads the whole table.
Result<std::vector<Connection>> remembered_connections(const OpenSpace& space, int place, Transport transport,
                                                       const Flow& but);

}  // namespace podrun::packet
