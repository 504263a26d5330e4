// The addresses of nodes: each follows from the node's number.
//
//     10.61.0.0/16      10.61.0.0/24     between the nodes; node 3 is 10.61.0.3
//                       10.61.3.0/24     the pods of node 3
//     fd00:61::/48      fd00:61::/64     between the nodes; node 3 is fd00:61::3
//                       fd00:61:0:3::/64 for pods of node 3, where a network of its own wants them
#pragma once

#include <cstdint>
#include <string>

#include "base/ip.h"

namespace podrun {

inline constexpr std::uint32_t kMostNodes = 254;  // the first is 1

inline constexpr int kNodeV4Length = 24;
inline constexpr int kNodeV6Length = 64;

struct NodeAddresses {
  base::IpAddress v4;
  base::IpAddress v6;
  std::string pods_v4;  // "10.61.3.0/24"
  std::string pods_v6;  // "fd00:61:0:3::/64"
};
NodeAddresses addresses_of_node(std::uint32_t number);

// The network of its pods: podrun's default one in the node's own range, as a file of /etc/cni/net.d.
std::string network_of_node(std::uint32_t number);

}  // namespace podrun
