// Who speaks with whom.
#pragma once

#include <cstdint>
#include <string>

#include "base/ip.h"

namespace podrun::packet {

enum class Transport { tcp, udp };

struct Endpoint {
  base::IpAddress ip;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

struct Flow {
  Endpoint source;
  Endpoint destination;
  bool operator==(const Flow&) const = default;
  Flow reversed() const { return {destination, source}; }
};

// What connection tracking decided.
struct Connection {
  int space = 0;
  Flow original;
  Flow reply;  // as an answer comes: the other way round where nothing is translated
};

std::string to_text(const Endpoint& endpoint);  // "10.0.0.1:80", "[fd00::1]:80"; without a port where it is 0

}  // namespace podrun::packet
