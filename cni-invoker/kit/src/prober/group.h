// Multicast and broadcast: heard by who has joined.
#pragma once

#include "kit/src/prober/probe.h"

namespace cni::kit {

struct Listener {
  Place place;
  std::string interface;
};

// Whether UDP that `from` sends to the group by its interface is heard by `to`; `peer` is whom it is from there.
Seen hear_group(const Listener& from, const Listener& to, const base::IpAddress& group, std::uint16_t port,
                Limit limit);

}  // namespace cni::kit
