#include "cni/base/rtnetlink.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include <optional>

#include "cni/base/netns.h"
#include "cni/base/try.h"

namespace cni::base {

std::string mac_text(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

namespace {

std::string bytes_of(const IpAddress& address) {
  const auto& all = address.bytes();
  return {all.begin() + (address.is_v4() ? 12 : 0), all.end()};
}

bool is_link_local(const IpAddress& address) {
  return !address.is_v4() && address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0U) == 0x80;
}

NetlinkRequest address_request(std::uint16_t type, std::uint16_t flags, int link, const LinkAddress& address) {
  ifaddrmsg body{};
  body.ifa_family = address.address.is_v4() ? AF_INET : AF_INET6;
  body.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix_length);
  body.ifa_flags = IFA_F_NODAD;
  body.ifa_index = static_cast<unsigned>(link);
  NetlinkRequest request{type, flags, netlink_body(body), {}};
  request.attributes.add(IFA_LOCAL, bytes_of(address.address));
  return request;
}

NetlinkRequest link_request(std::uint16_t flags, int link, unsigned change = 0, unsigned to = 0) {
  ifinfomsg body{};
  body.ifi_index = link;
  body.ifi_flags = to;
  body.ifi_change = change;
  return {RTM_NEWLINK, flags, netlink_body(body), {}};
}

}  // namespace

Result<RouteSocket> RouteSocket::open() { return RouteSocket(TRY(NetlinkSocket::open(NETLINK_ROUTE))); }

Result<RouteSocket> RouteSocket::open(const std::string& netns) {
  std::optional<RouteSocket> socket;
  TRY(run_in_netns(netns, [&]() -> Result<void> {
    socket = TRY(open());
    return {};
  }));
  return *std::move(socket);
}

Result<std::vector<Link>> RouteSocket::links() {
  std::vector<Link> links;
  TRY(socket_.exchange({RTM_GETLINK, NLM_F_DUMP, netlink_body(ifinfomsg{}), {}}, [&](std::string_view answer) {
    Link& link = links.emplace_back();
    link.index = netlink_body_of<ifinfomsg>(answer).ifi_index;
    each_netlink_attribute(answer, sizeof(ifinfomsg), [&](int type, std::string_view bytes) {
      if (type == IFLA_IFNAME) link.name = bytes.substr(0, bytes.find('\0'));
      if (type == IFLA_ADDRESS) link.mac = mac_text(bytes);
    });
  }));
  return links;
}

Result<int> RouteSocket::index_of(const std::string& name) {
  NetlinkRequest request{RTM_GETLINK, 0, netlink_body(ifinfomsg{}), {}};
  request.attributes.add_text(IFLA_IFNAME, name);
  int index = 0;
  auto asked = socket_.exchange(std::move(request),
                                [&](std::string_view answer) { index = netlink_body_of<ifinfomsg>(answer).ifi_index; });
  if (asked) return index;
  if (asked.error().error_number == ENODEV)
    return Error{Kind::not_found, ENODEV, "there is no interface '" + name + "'"};
  return std::move(asked).error().in("find interface '" + name + "'");
}

Result<std::vector<LinkAddress>> RouteSocket::addresses(int link) {
  std::vector<LinkAddress> addresses;
  TRY(socket_.exchange({RTM_GETADDR, NLM_F_DUMP, netlink_body(ifaddrmsg{}), {}}, [&](std::string_view answer) {
    const auto body = netlink_body_of<ifaddrmsg>(answer);
    if (body.ifa_index != static_cast<unsigned>(link)) return;
    std::optional<IpAddress> local;
    std::optional<IpAddress> other;  // the far end where there are two
    each_netlink_attribute(answer, sizeof(ifaddrmsg), [&](int type, std::string_view bytes) {
      if (type == IFA_LOCAL) local = IpAddress::of_bytes(bytes);
      if (type == IFA_ADDRESS) other = IpAddress::of_bytes(bytes);
    });
    if (!local) local = other;
    if (local && !is_link_local(*local)) addresses.push_back({*local, body.ifa_prefixlen});
  }));
  return addresses;
}

Result<void> RouteSocket::add(int link, const LinkAddress& address) {
  return socket_.exchange(address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, link, address))
      .in("add " + address.address.to_text());
}

Result<void> RouteSocket::remove(int link, const LinkAddress& address) {
  return socket_.exchange(address_request(RTM_DELADDR, 0, link, address)).in("remove " + address.address.to_text());
}

Result<void> RouteSocket::rename(int link, const std::string& name) {
  TRY(socket_.exchange(link_request(0, link, IFF_UP)).in("take interface " + std::to_string(link) + " down"));
  NetlinkRequest request = link_request(0, link);
  request.attributes.add_text(IFLA_IFNAME, name);
  return socket_.exchange(std::move(request)).in("name interface " + std::to_string(link) + " '" + name + "'");
}

Result<void> RouteSocket::make_veth(const std::string& name) { return make_link(name, "veth"); }

Result<void> RouteSocket::make_veth(const std::string& name, const std::string& peer, int peer_netns) {
  // The other end's attributes stand behind a header of its own.
  NetlinkAttributes other;
  other.add_text(IFLA_IFNAME, peer).add(IFLA_NET_NS_FD, netlink_body(peer_netns));
  const NetlinkAttributes data = NetlinkAttributes().add(VETH_INFO_PEER, netlink_body(ifinfomsg{}) + other.bytes());
  NetlinkRequest request = link_request(NLM_F_CREATE | NLM_F_EXCL, 0);
  request.attributes.add_text(IFLA_IFNAME, name)
      .add_nested(IFLA_LINKINFO, NetlinkAttributes().add(IFLA_INFO_KIND, "veth").add_nested(IFLA_INFO_DATA, data));
  return socket_.exchange(std::move(request)).in("make interfaces '" + name + "' and '" + peer + "'");
}

Result<void> RouteSocket::make_link(const std::string& name, const std::string& kind) {
  NetlinkRequest request = link_request(NLM_F_CREATE | NLM_F_EXCL, 0);
  request.attributes.add_text(IFLA_IFNAME, name)
      .add_nested(IFLA_LINKINFO, NetlinkAttributes().add(IFLA_INFO_KIND, kind));
  return socket_.exchange(std::move(request)).in("make interface '" + name + "'");
}

Result<void> RouteSocket::make_vlan(const std::string& name, int below, std::uint16_t id) {
  const NetlinkAttributes data = NetlinkAttributes().add(IFLA_VLAN_ID, netlink_body(id));
  NetlinkRequest request = link_request(NLM_F_CREATE | NLM_F_EXCL, 0);
  request.attributes.add_text(IFLA_IFNAME, name)
      .add(IFLA_LINK, netlink_body(below))
      .add_nested(IFLA_LINKINFO, NetlinkAttributes().add(IFLA_INFO_KIND, "vlan").add_nested(IFLA_INFO_DATA, data));
  return socket_.exchange(std::move(request)).in("make interface '" + name + "' of VLAN " + std::to_string(id));
}

Result<void> RouteSocket::remove_link(int link) {
  NetlinkRequest request = link_request(0, link);
  request.type = RTM_DELLINK;
  return socket_.exchange(std::move(request)).in("remove interface " + std::to_string(link));
}

Result<void> RouteSocket::bring_up(int link) {
  NetlinkRequest request = link_request(0, link, IFF_UP, IFF_UP);
  return socket_.exchange(std::move(request)).in("bring interface " + std::to_string(link) + " up");
}

Result<void> RouteSocket::join_bridge(int link, int bridge) {
  NetlinkRequest request = link_request(0, link);
  request.attributes.add(IFLA_MASTER, netlink_body(bridge));
  return socket_.exchange(std::move(request))
      .in("make interface " + std::to_string(link) + " a port of bridge " + std::to_string(bridge));
}

Result<void> RouteSocket::describe(int link, const std::string& alias) {
  NetlinkRequest request = link_request(0, link);
  request.attributes.add(IFLA_IFALIAS, alias);
  return socket_.exchange(std::move(request)).in("describe interface " + std::to_string(link));
}

Result<void> RouteSocket::add_default_route(int link, const IpAddress& gateway) {
  rtmsg body{};
  body.rtm_family = gateway.is_v4() ? AF_INET : AF_INET6;
  body.rtm_table = RT_TABLE_MAIN;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_type = RTN_UNICAST;
  NetlinkRequest request{RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, netlink_body(body), {}};
  request.attributes.add(RTA_GATEWAY, bytes_of(gateway)).add(RTA_OIF, netlink_body(link));
  return socket_.exchange(std::move(request)).in("add a default route by " + gateway.to_text());
}

}  // namespace cni::base
