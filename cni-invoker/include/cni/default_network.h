// The network of a machine that has none configured: a bridge with addresses from host-local, port mappings and
// firewall rules. Version 1.0.0, which Debian 12's plugins implement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cni/base/result.h"
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

struct RouteTable {
  std::vector<Prefix> others;  // without default routes
  std::optional<Prefix> own;   // the subnet of our own bridge, while that stands
};
// From the text of /proc/net/route.
RouteTable parse_route_table(std::string_view text);
// Of this machine.
Result<RouteTable> read_route_table();

// Our bridge's subnet while it stands, else the first of our candidates that meets no other route. Kind::exists when
// none is left: then a network has to be configured.
Result<Prefix> choose_subnet(const RouteTable& routes);

// The configuration as a person would write it into /etc/cni/net.d/, for `subnet`.
std::string default_network_json(const Prefix& subnet);
NetworkList default_network(const Prefix& subnet);
// Whether a network is on our bridge: the default, or a file that was made of it.
bool is_on_default_bridge(const NetworkList& network);

}  // namespace cni
