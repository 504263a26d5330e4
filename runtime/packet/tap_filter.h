// The program (BPF, as in bpf(4)) that a packet socket runs on every packet of its namespace: on a busy machine nothing
// but the one that is looked for is copied.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "runtime/packet/recording.h"

namespace podrun::packet {

// Lets through what belongs_to() the name, ARP and neighbour messages; little else by chance. It counts from the
// network header, so that it is the same for links of every kind.
std::vector<sock_filter> tap_filter(const Name& name);

}  // namespace podrun::packet
