#include "runtime/kernel/links.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include "base/netlink.h"

namespace podrun::links {
namespace {

Result<int> index_of(const std::string& link) {
  const unsigned index = ::if_nametoindex(link.c_str());
  if (index == 0) return Error::system(errno, "find link '" + link + "'");
  return static_cast<int>(index);
}

ifinfomsg is_up() {
  ifinfomsg link{};
  link.ifi_flags = IFF_UP;
  link.ifi_change = IFF_UP;
  return link;
}

Result<void> ask(base::NetlinkRequest request) {
  auto socket = TRY(base::NetlinkSocket::open(NETLINK_ROUTE));
  return socket.exchange(std::move(request));
}

base::NetlinkAttributes kind(const char* name, const base::NetlinkAttributes& data = {}) {
  base::NetlinkAttributes info;
  info.add_text(IFLA_INFO_KIND, name);
  if (!data.bytes().empty()) info.add_nested(IFLA_INFO_DATA, data);
  return info;
}

// `alias`: none where it is empty.
Result<void> bring_up(const std::string& link, const std::string& alias) {
  ifinfomsg which = is_up();
  which.ifi_index = TRY(index_of(link));
  base::NetlinkRequest request{RTM_SETLINK, 0, base::netlink_body(which), {}};
  if (!alias.empty()) request.attributes.add(IFLA_IFALIAS, alias);
  return ask(std::move(request)).in("bring link '" + link + "' up");
}

}  // namespace

Result<void> make_bridge(const std::string& name) {
  base::NetlinkRequest request{RTM_NEWLINK, NLM_F_CREATE, base::netlink_body(is_up()), {}};
  request.attributes.add_text(IFLA_IFNAME, name).add_nested(IFLA_LINKINFO, kind("bridge"));
  return ask(std::move(request)).in("make bridge '" + name + "'");
}

Result<void> make_veth(const Veth& veth) {
  base::NetlinkAttributes peer;
  peer.add_text(IFLA_IFNAME, veth.peer).add(IFLA_NET_NS_FD, base::netlink_body(veth.peer_netns));
  base::NetlinkAttributes data;
  data.add(VETH_INFO_PEER, base::netlink_body(ifinfomsg{}) + peer.bytes());
  base::NetlinkRequest request{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, base::netlink_body(ifinfomsg{}), {}};
  request.attributes.add_text(IFLA_IFNAME, veth.name)
      .add(IFLA_MASTER, base::netlink_body(TRY(index_of(veth.bridge))))
      .add_nested(IFLA_LINKINFO, kind("veth", data));
  TRY(ask(std::move(request)).in("make link '" + veth.name + "'"));
  return bring_up(veth.name, veth.alias);
}

Result<void> bring_up(const std::string& link) { return bring_up(link, ""); }

Result<void> add_address(const std::string& link, const base::IpAddress& address, int prefix_length) {
  const auto& bytes = address.bytes();
  const char* const first = reinterpret_cast<const char*>(bytes.data());
  const std::string raw = address.is_v4() ? std::string(first + 12, 4) : std::string(first, 16);
  ifaddrmsg body{};
  body.ifa_family = address.is_v4() ? AF_INET : AF_INET6;
  body.ifa_prefixlen = static_cast<unsigned char>(prefix_length);
  body.ifa_index = static_cast<unsigned>(TRY(index_of(link)));
  base::NetlinkRequest request{RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, base::netlink_body(body), {}};
  request.attributes.add(IFA_LOCAL, raw).add(IFA_ADDRESS, raw);
  if (!address.is_v4()) request.attributes.add(IFA_FLAGS, base::netlink_body<std::uint32_t>(IFA_F_NODAD));
  return ask(std::move(request)).in("give '" + link + "' the address " + address.to_text());
}

Result<void> remove(const std::string& name) {
  if (::if_nametoindex(name.c_str()) == 0) return {};
  base::NetlinkRequest request{RTM_DELLINK, 0, base::netlink_body(ifinfomsg{}), {}};
  request.attributes.add_text(IFLA_IFNAME, name);
  auto removed = ask(std::move(request));
  if (!removed && removed.error().error_number == ENODEV) return {};
  return std::move(removed).in("remove link '" + name + "'");
}

}  // namespace podrun::links
