#include "loopback_guard.h"

#include <linux/netlink.h>

#include "cni/base/try.h"
#include "cni/default_network.h"
#include "nftables.h"

namespace cni {

namespace {

// portmap lets the default bridge route packets to and from 127.0.0.0/8 (route_localnet), for localhost:hostPort; it
// stays so when the pod is gone. Then any pod reaches what listens on the host's loopback alone, by a packet it forges
// (the class of CVE-2020-8558). Nothing of a pod's has such an address when it arrives, answers to localhost included:
// those go to the bridge's address. So all of it is dropped.

constexpr const char* kTable = "podrun";
constexpr std::uint32_t kSource = 12;  // offsets in an IPv4 header
constexpr std::uint32_t kDestination = 16;
constexpr std::uint8_t kLoopback = 127;

Result<void> guard() {
  const std::string bridge(kDefaultBridge);
  const std::vector<DropRule> rules = {{bridge, kDestination, kLoopback}, {bridge, kSource, kLoopback}};
  NetlinkSocket socket = TRY(NetlinkSocket::open(NETLINK_NETFILTER));
  if (TRY(has_drop_chain(socket, kTable, rules.size()))) return {};
  return make_drop_chain(socket, kTable, rules);
}

}  // namespace

Result<void> guard_loopback(const NetworkList& network, const Attachment& attachment) {
  if (!is_on_default_bridge(network)) return {};
  const auto guarded = guard();
  if (guarded || attachment.capability_args.find("portMappings") == nullptr) return {};
  return Error{Kind::unsupported, guarded.error().error_number,
               "keep containers from the host's 127.0.0.1, to which a mapped port would let them: " +
                   guarded.error().what + " (it needs a kernel with nf_tables; or configure a network of your own)"};
}

}  // namespace cni
