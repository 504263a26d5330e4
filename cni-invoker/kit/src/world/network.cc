// Links, addresses, routes, rules, neighbours and forwarding entries, by rtnetlink(7).
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <set>
#include <vector>

#include "cni/base/ip.h"
#include "cni/base/try.h"
#include "kit/src/world/look.h"
#include "kit/src/world/netlink_dump.h"

namespace cni::kit::look {
namespace {

// What the kernel makes and drops by itself as links come up: on lo that is 127.0.0.1, which stays when it goes down.
bool is_link_local(const std::string& address) { return address.starts_with("fe80:") || address.starts_with("ff"); }

// What is worth telling of a kind of link: an attribute of its own.
struct Detail {
  const char* kind;
  int attribute;
  const char* name;
};
constexpr std::array kDetails{
    Detail{"vlan", IFLA_VLAN_ID, "vlan"},
    Detail{"macvlan", IFLA_MACVLAN_MODE, "mode"},
    Detail{"ipvlan", IFLA_IPVLAN_MODE, "mode"},
    Detail{"vrf", IFLA_VRF_TABLE, "table"},
    Detail{"bridge", IFLA_BR_VLAN_FILTERING, "vlan-filtering"},
    Detail{"tun", IFLA_TUN_OWNER, "owner"},
    Detail{"tun", IFLA_TUN_GROUP, "group"},
    Detail{"tun", IFLA_TUN_MULTI_QUEUE, "queues"},
    Detail{"tun", IFLA_TUN_TYPE, "tun-type"},
};

void add_kind(State& state, std::string_view info) {
  std::string kind;
  NetlinkMap data;
  for (const auto& [type, bytes] : nested(info)) {
    if (type == IFLA_INFO_KIND) kind = text(bytes);
    if (type == IFLA_INFO_DATA) data = nested(bytes);
  }
  state.emplace_back("type", kind);
  for (const Detail& detail : kDetails)
    if (const auto found = data.find(detail.attribute); kind == detail.kind && found != data.end())
      state.emplace_back(detail.name, std::to_string(number(found->second)));
}

State link_state(const ifinfomsg& body, const NetlinkMap& attributes, const LinkNames& names) {
  State state;
  const auto add_number = [&](int type, const char* name) {
    if (const auto found = attributes.find(type); found != attributes.end())
      state.emplace_back(name, std::to_string(number(found->second)));
  };
  const auto add_link = [&](int type, const char* name) {
    if (const auto found = attributes.find(type); found != attributes.end())
      state.emplace_back(name, name_of(names, static_cast<int>(number(found->second))));
  };
  if (const auto info = attributes.find(IFLA_LINKINFO); info != attributes.end()) add_kind(state, info->second);
  add_number(IFLA_MTU, "mtu");
  state.emplace_back("admin", (body.ifi_flags & IFF_UP) != 0 ? "up" : "down");
  if ((body.ifi_flags & IFF_PROMISC) != 0) state.emplace_back("promisc", "on");
  if ((body.ifi_flags & IFF_ALLMULTI) != 0) state.emplace_back("allmulti", "on");
  add_link(IFLA_MASTER, "master");
  // The other end, or the link below, may be in another namespace, where its number is another's.
  if (!attributes.contains(IFLA_LINK_NETNSID)) add_link(IFLA_LINK, "of");
  if (const auto mac = attributes.find(IFLA_ADDRESS); mac != attributes.end())
    state.emplace_back("mac", mac_text(mac->second));
  add_number(IFLA_TXQLEN, "txqlen");
  if (const auto alias = attributes.find(IFLA_IFALIAS); alias != attributes.end())
    state.emplace_back("alias", text(alias->second));
  return state;
}

Result<void> add_links(World& world, const std::string& where, NetlinkSocket& socket, const LinkNames& names) {
  return dump<ifinfomsg>(socket, RTM_GETLINK, {}, [&](const ifinfomsg& body, const NetlinkMap& attributes) {
    add(world, {"link", name_of(names, body.ifi_index), where}, link_state(body, attributes, names));
  });
}

Result<void> add_addresses(World& world, const std::string& where, NetlinkSocket& socket, const LinkNames& names) {
  return dump<ifaddrmsg>(socket, RTM_GETADDR, {}, [&](const ifaddrmsg& body, const NetlinkMap& attributes) {
    const std::string other = address(attributes, IFA_ADDRESS);
    const std::string local = attributes.contains(IFA_LOCAL) ? address(attributes, IFA_LOCAL) : other;
    if (is_link_local(local) || local == "127.0.0.1") return;
    State state;
    if (other != local) state.emplace_back("peer", other);
    if (attributes.contains(IFA_FLAGS) && (number(attributes.at(IFA_FLAGS)) & IFA_F_NOPREFIXROUTE) != 0)
      state.emplace_back("noprefixroute", "yes");
    add(world,
        {"address",
         local + "/" + std::to_string(body.ifa_prefixlen) + " on " + name_of(names, static_cast<int>(body.ifa_index)),
         where},
        state);
  });
}

std::string table_text(std::uint64_t table) {
  return table == RT_TABLE_MAIN ? "main" : table == RT_TABLE_LOCAL ? "local" : std::to_string(table);
}

std::string type_text(unsigned type) {
  static constexpr std::array kNames{"unspec",    "unicast",     "local",    "broadcast", "anycast", "multicast",
                                     "blackhole", "unreachable", "prohibit", "throw",     "nat"};
  return type < kNames.size() ? kNames[type] : std::to_string(type);
}

std::string prefix(const NetlinkMap& attributes, int type, unsigned length) {
  return attributes.contains(type) ? address(attributes, type) + "/" + std::to_string(length) : "default";
}

void add_metrics(State& state, std::string_view metrics) {
  for (const auto& [type, bytes] : nested(metrics)) {
    if (type == RTAX_MTU) state.emplace_back("mtu", std::to_string(number(bytes)));
    if (type == RTAX_ADVMSS) state.emplace_back("advmss", std::to_string(number(bytes)));
  }
}

// IPv6's own are there once an address has proved to be no duplicate, or a link has come up: when, is chance.
bool is_of_the_kernel(const rtmsg& body, std::uint64_t table, const std::string& destination) {
  return (body.rtm_flags & RTM_F_CLONED) != 0 ||
         (table == RT_TABLE_LOCAL && (destination == "127.0.0.0/8" || destination == "127.0.0.1/32")) ||
         (body.rtm_family == AF_INET6 && (table == RT_TABLE_LOCAL || is_link_local(destination)));
}

// The ways of a route, as attributes of its own, or of each of several: what is by one of them stays when another goes.
std::vector<NetlinkMap> ways_of(const NetlinkMap& attributes) {
  const auto several = attributes.find(RTA_MULTIPATH);
  if (several == attributes.end()) return {attributes};
  std::vector<NetlinkMap> ways;
  std::string_view rest = several->second;
  for (rtnexthop way{}; rest.size() >= sizeof way;) {
    std::memcpy(&way, rest.data(), sizeof way);
    if (way.rtnh_len < sizeof way || way.rtnh_len > rest.size()) break;
    ways.push_back(nested(rest.substr(sizeof way, way.rtnh_len - sizeof way)));
    ways.back()[RTA_OIF] = rest.substr(offsetof(rtnexthop, rtnh_ifindex), sizeof way.rtnh_ifindex);
    rest.remove_prefix(std::min<std::size_t>(rest.size(), RTNH_ALIGN(way.rtnh_len)));
  }
  return ways;
}

Result<void> add_routes(World& world, const std::string& where, NetlinkSocket& socket, const LinkNames& names) {
  return dump<rtmsg>(socket, RTM_GETROUTE, {}, [&](const rtmsg& body, const NetlinkMap& attributes) {
    if (body.rtm_family != AF_INET && body.rtm_family != AF_INET6) return;
    const auto value = [&](int type) { return attributes.contains(type) ? number(attributes.at(type)) : 0; };
    const std::uint64_t table = attributes.contains(RTA_TABLE) ? value(RTA_TABLE) : body.rtm_table;
    std::string destination = prefix(attributes, RTA_DST, body.rtm_dst_len);
    if (is_of_the_kernel(body, table, destination)) return;
    if (destination == "default" && body.rtm_family == AF_INET6) destination = "::/0";
    for (const NetlinkMap& way : ways_of(attributes)) {
      std::string name = destination;
      if (const auto link = way.find(RTA_OIF); link != way.end())
        name += " on " + name_of(names, static_cast<int>(number(link->second)));
      if (table != RT_TABLE_MAIN) name += " table " + table_text(table);
      if (value(RTA_PRIORITY) != 0) name += " metric " + std::to_string(value(RTA_PRIORITY));
      State state;
      if (body.rtm_type != RTN_UNICAST) state.emplace_back("type", type_text(body.rtm_type));
      if (way.contains(RTA_GATEWAY)) state.emplace_back("via", address(way, RTA_GATEWAY));
      if (attributes.contains(RTA_PREFSRC)) state.emplace_back("from", address(attributes, RTA_PREFSRC));
      if (body.rtm_scope != RT_SCOPE_UNIVERSE) state.emplace_back("scope", std::to_string(body.rtm_scope));
      if (attributes.contains(RTA_METRICS)) add_metrics(state, attributes.at(RTA_METRICS));
      add(world, {"route", name, where}, state);
    }
  });
}

Result<void> add_rules(World& world, const std::string& where, NetlinkSocket& socket) {
  return dump<fib_rule_hdr>(socket, RTM_GETRULE, {}, [&](const fib_rule_hdr& body, const NetlinkMap& attributes) {
    if (body.family != AF_INET && body.family != AF_INET6) return;
    const auto value = [&](int type) { return attributes.contains(type) ? number(attributes.at(type)) : 0; };
    const std::uint64_t table = attributes.contains(FRA_TABLE) ? value(FRA_TABLE) : body.table;
    std::string name =
        std::string(body.family == AF_INET ? "IPv4 " : "IPv6 ") + std::to_string(value(FRA_PRIORITY)) + ":";
    if (attributes.contains(FRA_SRC)) name += " from " + prefix(attributes, FRA_SRC, body.src_len);
    if (attributes.contains(FRA_DST)) name += " to " + prefix(attributes, FRA_DST, body.dst_len);
    if (attributes.contains(FRA_IIFNAME)) name += " iif " + text(attributes.at(FRA_IIFNAME));
    if (attributes.contains(FRA_OIFNAME)) name += " oif " + text(attributes.at(FRA_OIFNAME));
    if (value(FRA_FWMARK) != 0) name += " mark " + std::to_string(value(FRA_FWMARK));
    name += table != 0 ? " table " + table_text(table) : " action " + std::to_string(body.action);
    add(world, {"rule", name, where}, {});
  });
}

// What was learnt comes and goes; what stays was made.
bool stays(const ndmsg& body) { return (body.ndm_state & (NUD_PERMANENT | NUD_NOARP)) != 0; }

Result<void> add_neighbours(World& world, const std::string& where, NetlinkSocket& socket, const LinkNames& names) {
  return dump<ndmsg>(socket, RTM_GETNEIGH, {}, [&](const ndmsg& body, const NetlinkMap& attributes) {
    // NUD_NOARP alone is the kernel's, for lo and multicast.
    if ((body.ndm_state & NUD_PERMANENT) == 0 || !attributes.contains(NDA_DST)) return;
    if (body.ndm_family != AF_INET && body.ndm_family != AF_INET6) return;
    State state;
    if (attributes.contains(NDA_LLADDR)) state.emplace_back("mac", mac_text(attributes.at(NDA_LLADDR)));
    add(world, {"neighbour", address(attributes, NDA_DST) + " on " + name_of(names, body.ndm_ifindex), where}, state);
  });
}

// Of bridges and of tunnels. Those of links' own addresses, and of multicast, are the kernel's.
Result<void> add_forwarding(World& world, const std::string& where, NetlinkSocket& socket, const LinkNames& names) {
  std::set<std::string> own;
  for (const auto& [thing, state] : world)
    for (const auto& [key, value] : state)
      if (thing.area == "link" && thing.where == where && key == "mac") own.insert(value);
  ndmsg request{};
  request.ndm_family = AF_BRIDGE;
  return dump<ndmsg>(socket, RTM_GETNEIGH, request, [&](const ndmsg& body, const NetlinkMap& attributes) {
    if (!stays(body) || !attributes.contains(NDA_LLADDR)) return;
    const std::string_view bytes = attributes.at(NDA_LLADDR);
    const std::string mac = mac_text(bytes);
    if (bytes.empty() || (static_cast<unsigned char>(bytes[0]) & 1U) != 0 || own.contains(mac)) return;
    std::string name = mac + " on " + name_of(names, body.ndm_ifindex);
    if (attributes.contains(NDA_VLAN)) name += " vlan " + std::to_string(number(attributes.at(NDA_VLAN)));
    State state;
    if (attributes.contains(NDA_DST)) state.emplace_back("to", address(attributes, NDA_DST));
    add(world, {"forwarding entry", name, where}, state);
  });
}

}  // namespace

Result<void> add_network(World& world, const std::string& where) {
  NetlinkSocket socket = TRY(NetlinkSocket::open(NETLINK_ROUTE));
  const LinkNames names = TRY(link_names(socket));
  TRY(add_links(world, where, socket, names));
  TRY(add_addresses(world, where, socket, names));
  TRY(add_routes(world, where, socket, names));
  TRY(add_rules(world, where, socket));
  TRY(add_neighbours(world, where, socket, names));
  return add_forwarding(world, where, socket, names);
}

}  // namespace cni::kit::look
