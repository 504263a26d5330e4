// The network of a machine that has none configured: a bridge with addresses from host-local, port mappings and
// firewall rules. Version 1.0.0, which Debian 12's plugins implement.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cni/config.h"

namespace cni {

// An IPv4 network, host byte order.
struct Prefix {
  std::uint32_t address = 0;
  int length = 0;
  bool overlaps(const Prefix& other) const;
  std::string to_text() const;  // "10.89.0.0/16"
};

inline constexpr std::string_view kDefaultNetworkName = "podrun";
inline constexpr std::string_view kDefaultBridge = "cni-podrun0";  // at most 15 bytes

// Destinations in the text of /proc/net/route, without default routes and those of our own bridge.
std::vector<Prefix> parse_route_table(std::string_view text);

// The first /16 of our candidates that meets none of `taken`. Kind::exists when all do. Pure; because our own bridge is
// left out of the route table, it chooses the same subnet again while that bridge stands.
base::Result<Prefix> choose_subnet(const std::vector<Prefix>& taken);

// The IPv4 routes of this machine's main table, by parse_route_table.
base::Result<std::vector<Prefix>> host_routes();

// The configuration as a person would write it into /etc/cni/net.d/, for `subnet`.
std::string default_network_json(const Prefix& subnet);
NetworkList default_network(const Prefix& subnet);

}  // namespace cni
