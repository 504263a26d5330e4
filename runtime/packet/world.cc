#include "runtime/packet/world.h"

#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <map>
#include <optional>

#include "base/files.h"
#include "base/netlink.h"
#include "base/rtnetlink.h"
#include "runtime/packet/facts.h"

namespace podrun::packet {
namespace {

std::string text_of(std::string_view bytes) { return std::string(bytes.substr(0, bytes.find('\0'))); }

// A link as its namespace has it: the other end is a number there, and its namespace one that means something here
// alone.
struct FoundLink {
  Link link;
  int of = 0;                  // IFLA_LINK
  std::optional<int> netnsid;  // IFLA_LINK_NETNSID: where `of` counts; empty: here
};

bool has_program(std::string_view xdp) {
  bool attached = false;
  base::each_nested_attribute(xdp, [&](int type, std::string_view bytes) {
    if (type == IFLA_XDP_ATTACHED) attached = base::netlink_number<std::uint8_t>(bytes) != XDP_ATTACHED_NONE;
  });
  return attached;
}

void read_bridge_port(std::string_view attributes, Link& link) {
  base::each_nested_attribute(attributes, [&](int type, std::string_view bytes) {
    const auto number = base::netlink_number<std::uint8_t>(bytes);
    if (type == IFLA_BRPORT_MODE) link.hairpin = number != 0;
    if (type == IFLA_BRPORT_ISOLATED) link.isolated = number != 0;
    if (type == IFLA_BRPORT_STATE)
      link.blocked = number != BR_STATE_FORWARDING && number != BR_STATE_DISABLED;  // which is one that is down
  });
}

void read_kind(std::string_view attributes, Link& link) {
  bool is_port = false;
  base::each_nested_attribute(attributes, [&](int type, std::string_view bytes) {
    if (type == IFLA_INFO_KIND) link.kind = text_of(bytes);
    if (type == IFLA_INFO_SLAVE_KIND) is_port = text_of(bytes) == "bridge";
    if (type == IFLA_INFO_SLAVE_DATA && is_port) read_bridge_port(bytes, link);
  });
}

Result<std::vector<FoundLink>> links_of(base::NetlinkSocket& socket) {
  std::vector<FoundLink> found;
  TRY(socket.exchange({RTM_GETLINK, NLM_F_DUMP, base::netlink_body(ifinfomsg{}), {}}, [&](std::string_view answer) {
    const auto body = base::netlink_body_of<ifinfomsg>(answer);
    FoundLink& one = found.emplace_back();
    one.link.index = body.ifi_index;
    one.link.up = (body.ifi_flags & IFF_UP) != 0;
    one.link.no_arp = (body.ifi_flags & IFF_NOARP) != 0;
    base::each_netlink_attribute(answer, sizeof body, [&](int type, std::string_view bytes) {
      if (type == IFLA_IFNAME) one.link.name = text_of(bytes);
      if (type == IFLA_ADDRESS && body.ifi_type != ARPHRD_LOOPBACK) one.link.mac = base::mac_text(bytes);
      if (type == IFLA_MTU) one.link.mtu = base::netlink_number<int>(bytes);
      if (type == IFLA_MASTER) one.link.master = base::netlink_number<int>(bytes);
      if (type == IFLA_LINK) one.of = base::netlink_number<int>(bytes);
      if (type == IFLA_LINK_NETNSID) one.netnsid = base::netlink_number<int>(bytes);
      if (type == IFLA_XDP) one.link.has_xdp = has_program(bytes);
      if (type == IFLA_LINKINFO) read_kind(bytes, one.link);
    });
  }));
  return found;
}

Result<void> add_addresses(base::NetlinkSocket& socket, std::vector<FoundLink>& links) {
  return socket.exchange({RTM_GETADDR, NLM_F_DUMP, base::netlink_body(ifaddrmsg{}), {}}, [&](std::string_view answer) {
    const auto body = base::netlink_body_of<ifaddrmsg>(answer);
    std::optional<base::IpAddress> local;
    std::optional<base::IpAddress> other;  // the far end where there are two
    base::each_netlink_attribute(answer, sizeof body, [&](int type, std::string_view bytes) {
      if (type == IFA_LOCAL) local = base::IpAddress::of_bytes(bytes);
      if (type == IFA_ADDRESS) other = base::IpAddress::of_bytes(bytes);
    });
    if (!local) local = other;
    for (FoundLink& one : links)
      if (local && one.link.index == static_cast<int>(body.ifa_index))
        one.link.addresses.push_back(local->to_text() + "/" + std::to_string(body.ifa_prefixlen));
  });
}

// How this namespace numbers the others; those that it has no number for are left out.
Result<std::map<int, int>> numbers_of(base::NetlinkSocket& socket, const std::vector<OpenSpace>& open) {
  std::map<int, int> spaces;
  for (std::size_t i = 0; i < open.size(); ++i) {
    base::NetlinkRequest request{RTM_GETNSID, 0, base::netlink_body(rtgenmsg{AF_UNSPEC}), {}};
    request.attributes.add(NETNSA_FD, base::netlink_body(open[i].netns.get()));
    TRY(socket.exchange(std::move(request), [&](std::string_view answer) {
      base::each_netlink_attribute(answer, sizeof(rtgenmsg), [&](int type, std::string_view bytes) {
        if (type == NETNSA_NSID && base::netlink_number<int>(bytes) >= 0)
          spaces[base::netlink_number<int>(bytes)] = static_cast<int>(i);
      });
    }));
  }
  return spaces;
}

// Absent: br_netfilter is not loaded.
bool is_switched_on(const std::string& sysctl) {
  const auto text = base::read_file("/proc/sys/" + sysctl);
  return text && text->substr(0, 1) == "1";
}

Result<Space> read_space(const std::vector<OpenSpace>& open, std::size_t at) {
  Space space;
  space.name = open[at].name;
  space.path = open[at].path;
  space.remake = open[at].remake;
  space.given = open[at].given;
  TRY(run_in(open[at], [&]() -> Result<void> {
        auto socket = TRY(base::NetlinkSocket::open(NETLINK_ROUTE));
        auto links = TRY(links_of(socket));
        TRY(add_addresses(socket, links));
        const auto numbers = TRY(numbers_of(socket, open));
        for (FoundLink& one : links) {
          const auto peer_space = one.netnsid ? numbers.find(*one.netnsid) : numbers.end();
          if (one.link.kind == "veth" && one.of != 0 && (!one.netnsid || peer_space != numbers.end())) {
            one.link.peer_space = one.netnsid ? peer_space->second : static_cast<int>(at);
            one.link.peer = one.of;
          }
          space.links.push_back(std::move(one.link));
        }
        space.filters_bridged_v4 = is_switched_on(filter_of_bridges(true));
        space.filters_bridged_v6 = is_switched_on(filter_of_bridges(false));
        return {};
      }).in("look at the links of " + open[at].name));
  return space;
}

}  // namespace

Result<std::vector<Space>> read_world(const std::vector<OpenSpace>& open) {
  std::vector<Space> spaces;
  for (std::size_t i = 0; i < open.size(); ++i) spaces.push_back(TRY(read_space(open, i)));
  return spaces;
}

}  // namespace podrun::packet
