// What stands in the namespaces: links, whose other ends are where, addresses.
#pragma once

#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// In the order of `open`. The ends of a veth find each other where both their namespaces are in it.
Result<std::vector<Space>> read_world(const std::vector<OpenSpace>& open);

}  // namespace podrun::packet
