#include "kit/src/damage/kernel.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cstdlib>

#include "cni/base/try.h"

namespace cni::kit {
namespace {

struct Opened {
  NetlinkSocket socket;
  int link;
};

Result<Opened> open(const std::string& netns, const std::string& name) {
  NetlinkSocket socket = TRY(in_netns(netns, [] { return NetlinkSocket::open(NETLINK_ROUTE); }));
  for (const auto& [index, known] : TRY(look::link_names(socket)))
    if (known == name) return Opened{std::move(socket), index};
  return Error{Kind::not_found, ENODEV, "interface '" + name + "': there is none"};
}

NetlinkAttributes& add_word(NetlinkAttributes& attributes, std::uint16_t type, std::uint32_t word) {
  return attributes.add(type, {reinterpret_cast<const char*>(&word), sizeof word});
}

std::string bytes_of_mac(const std::string& mac) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < mac.size(); at += 3)
    bytes += static_cast<char>(std::strtoul(mac.substr(at, 2).c_str(), nullptr, 16));
  return bytes;
}

struct Cidr {
  base::IpAddress address;
  std::uint8_t length;
  std::string bytes() const {
    const auto& all = address.bytes();
    return {all.begin() + (address.is_v4() ? 12 : 0), all.end()};
  }
};

Result<Cidr> parse_cidr(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  if (!address || slash == std::string::npos) return Error{Kind::invalid, 0, "'" + text + "': no ADDRESS/LENGTH"};
  return Cidr{*address, static_cast<std::uint8_t>(std::atoi(text.c_str() + slash + 1))};
}

}  // namespace

Result<void> change_link(const std::string& netns, const std::string& name, const LinkChange& change) {
  Opened at = TRY(open(netns, name));
  ifinfomsg body{};
  body.ifi_index = at.link;
  const auto set_flag = [&](const std::optional<bool>& wanted, unsigned flag) {
    if (!wanted) return;
    body.ifi_change |= flag;
    if (*wanted) body.ifi_flags |= flag;
  };
  set_flag(change.up, IFF_UP);
  set_flag(change.promisc, IFF_PROMISC);
  set_flag(change.allmulti, IFF_ALLMULTI);
  NetlinkAttributes attributes;
  if (change.name) attributes.add_text(IFLA_IFNAME, *change.name);
  if (change.mac) attributes.add(IFLA_ADDRESS, bytes_of_mac(*change.mac));
  if (change.mtu) add_word(attributes, IFLA_MTU, *change.mtu);
  if (change.txqlen) add_word(attributes, IFLA_TXQLEN, *change.txqlen);
  if (change.master) {
    const int master = change.master->empty() ? 0 : TRY(open(netns, *change.master)).link;
    add_word(attributes, IFLA_MASTER, static_cast<std::uint32_t>(master));
  }
  return at.socket.exchange({RTM_NEWLINK, 0, netlink_body(body), attributes}).in("change interface '" + name + "'");
}

Result<void> move_link(const std::string& netns, const std::string& name, int to) {
  Opened at = TRY(open(netns, name));
  ifinfomsg body{};
  body.ifi_index = at.link;
  NetlinkRequest request{RTM_NEWLINK, 0, netlink_body(body), {}};
  add_word(request.attributes, IFLA_NET_NS_FD, static_cast<std::uint32_t>(to));
  return at.socket.exchange(std::move(request)).in("move interface '" + name + "'");
}

Result<void> make_vlan(const std::string& netns, const std::string& name, const std::string& below, std::uint16_t id) {
  const int link = TRY(open(netns, below)).link;
  return TRY(RouteSocket::open(netns)).make_vlan(name, link, id);
}

Result<void> remove_link(const std::string& netns, const std::string& name) {
  const int link = TRY(open(netns, name)).link;
  return TRY(RouteSocket::open(netns)).remove_link(link);
}

Result<void> add_address(const std::string& netns, const std::string& link, const std::string& cidr) {
  const int index = TRY(open(netns, link)).link;
  const Cidr address = TRY(parse_cidr(cidr));
  return TRY(RouteSocket::open(netns)).add(index, {address.address, address.length});
}

Result<void> remove_address(const std::string& netns, const std::string& link, const std::string& cidr) {
  const int index = TRY(open(netns, link)).link;
  const Cidr address = TRY(parse_cidr(cidr));
  return TRY(RouteSocket::open(netns)).remove(index, {address.address, address.length});
}

Result<void> add_route(const std::string& netns, const std::string& link, const std::string& cidr) {
  Opened at = TRY(open(netns, link));
  const Cidr destination = TRY(parse_cidr(cidr));
  rtmsg body{};
  body.rtm_family = destination.address.is_v4() ? AF_INET : AF_INET6;
  body.rtm_dst_len = destination.length;
  body.rtm_table = RT_TABLE_MAIN;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = RT_SCOPE_LINK;
  body.rtm_type = RTN_UNICAST;
  NetlinkAttributes attributes;
  attributes.add(RTA_DST, destination.bytes());
  add_word(attributes, RTA_OIF, static_cast<std::uint32_t>(at.link));
  return at.socket.exchange({RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, netlink_body(body), attributes})
      .in("add route " + cidr);
}

}  // namespace cni::kit
