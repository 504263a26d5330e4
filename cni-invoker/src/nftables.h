// A table of nftables with one chain that drops, by nfnetlink: no program is started for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cni/base/netlink.h"
#include "cni/base/result.h"

namespace cni {

// "iifname INTERFACE, and the byte at OFFSET of the IPv4 header is VALUE: drop".
struct DropRule {
  std::string interface;
  std::uint32_t offset = 0;
  std::uint8_t value = 0;
};

// Whether table TABLE of family ip has a chain of that name with that many rules. False where there is none.
Result<bool> has_drop_chain(NetlinkSocket& socket, const std::string& table, std::size_t rules);
// Makes it, in place of what had the name, in one transaction. It sees packets before connection tracking and NAT.
Result<void> make_drop_chain(NetlinkSocket& socket, const std::string& table, const std::vector<DropRule>& rules);

}  // namespace cni
