// Where a leg has come to, and as what. Pure.
#pragma once

#include <optional>
#include <string>

#include "runtime/packet/facts.h"
#include "runtime/packet/journey.h"

namespace podrun::packet {

struct Whereabouts {
  int space = 0;
  int link = 0;  // 0: it was at none
  Direction direction = Direction::out;
  int in_link = 0;       // by which it came into the namespace; 0: it was born there
  std::string to_mac;    // of its frame there; empty: it had none
  Headers headers;       // with its addresses as the last rule has made them
  std::size_t size = 0;  // bytes of the IP packet

  Place place() const { return {space, link}; }
};

// None: there is no leg, or nothing was seen of it.
std::optional<Whereabouts> whereabouts(const Recording& recording, const Leg& leg);

// "10.0.0.2:80" of "-j DNAT --to-destination 10.0.0.2:80", or of "dnat to 10.0.0.2:80".
std::optional<Endpoint> dnat_target(const std::string& rule);

}  // namespace podrun::packet
