#include <algorithm>

#include "runtime/packet/causes.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

// Whether the packet, or its answer, goes further by this link than to who is in its subnet.
bool leads_beyond(const Recording& recording, const Place& place) {
  const Flow& flow = recording.name.flow;
  for (const base::IpAddress& ip : {flow.source.ip, flow.destination.ip})
    if (!owns(recording, place.space, ip) &&
        std::ranges::none_of(link_at(recording, place).addresses,
                             [&](const std::string& address) { return is_in_subnet(ip, address); }))
      return true;
  return false;
}

// A link that goes down loses its routes, and of IPv6 its addresses, too: of all that it was given.
std::vector<std::string> up_again(const Recording& recording, const Place& place, bool is_v4) {
  const std::string name = link_name(recording, place.space, place.link);
  std::vector<std::string> commands{command_in(recording, place.space, "ip link set " + name + " up")};
  const bool is_beyond = leads_beyond(recording, place);
  bool families[] = {!is_v4 && is_beyond, is_v4 && is_beyond};
  for (const Given& given : space_at(recording, place.space).given) {
    const auto ip = address_of(given.address);
    if (given.link != name || !ip) continue;
    families[ip->is_v4() ? 1 : 0] = true;
    if (!ip->is_v4())
      commands.push_back(
          command_in(recording, place.space, "ip addr replace " + given.address + " dev " + name + " nodad"));
  }
  for (const bool v4 : {true, false})
    if (const auto gateway = families[v4 ? 1 : 0] ? gateway_for(recording, place, v4) : std::nullopt;
        gateway && !is_the_machine(recording, place.space))
      commands.push_back(command_in(
          recording, place.space,
          std::string(v4 ? "ip " : "ip -6 ") + "route replace default via " + gateway->to_text() + " dev " + name));
  return commands;
}

Found down(const Recording& recording, const Place& place, bool is_v4) {
  const Link& link = link_at(recording, place);
  if (link.up) return std::nullopt;
  const std::string kind = link.kind == "bridge" ? "The bridge " : "The link ";
  return Cause{"link-down",
               kind + place_text(recording, place) + " is down.",
               {"ip link: " + link.name + " has no UP"},
               up_again(recording, place, is_v4)};
}

// A bridge that has an address in the subnet of what the other end has is what its port was plugged into.
Found unplugged(const Recording& recording, const Place& end, const Place& port, bool is_v4) {
  if (link_at(recording, port).master != 0) return std::nullopt;
  for (const std::string& address : link_at(recording, port).addresses)
    if (!address.starts_with("fe80:")) return std::nullopt;  // a router itself
  for (const Link& link : space_at(recording, port.space).links) {
    if (link.kind != "bridge") continue;
    for (const std::string& theirs : link.addresses)
      for (const std::string& ours : link_at(recording, end).addresses)
        if (const auto ip = address_of(theirs); ip && ip->is_v4() == is_v4 && is_in_subnet(*ip, ours)) {
          const std::string name = link_name(recording, port.space, port.link);
          return Cause{"not-in-bridge",
                       "The link " + place_text(recording, port) + " is a port of no bridge.",
                       {place_text(recording, end) + " has " + ours + ", which is of " + link.name + "'s subnet"},
                       {command_in(recording, port.space, "ip link set " + name + " master " + link.name)}};
        }
  }
  return std::nullopt;
}

Found blocked(const Recording& recording, const Place& port) {
  if (!link_at(recording, port).blocked) return std::nullopt;
  const std::string name = link_name(recording, port.space, port.link);
  return Cause{"port-blocked",
               "Spanning tree blocks the port " + place_text(recording, port) + ".",
               {"bridge link: the state of " + name + " is not forwarding"},
               {command_in(recording, port.space, "bridge link set dev " + name + " state 3")}};
}

}  // namespace

Found broken_link(const Recording& recording, const Place& end, bool is_v4) {
  if (Found found = down(recording, end, is_v4)) return found;
  const auto peer = peer_of(recording, end);
  if (!peer) return std::nullopt;
  const Link& link = link_at(recording, end);
  if (link.no_arp && is_v4)
    return Cause{"no-arp",
                 "The link " + place_text(recording, end) + " neither asks for MACs nor tells its own.",
                 {"ip link: " + link.name + " has NOARP"},
                 {command_in(recording, end.space, "ip link set " + link.name + " arp on")}};
  if (Found found = down(recording, *peer, is_v4)) return found;
  if (Found found = unplugged(recording, end, *peer, is_v4)) return found;
  const auto bridge = bridge_of(recording, *peer);
  if (!bridge) return std::nullopt;
  if (Found found = down(recording, *bridge, is_v4)) return found;
  return blocked(recording, *peer);
}

Found broken_links_to(const Recording& recording, const base::IpAddress& ip) {
  for (const Place& owner : owners_of(recording, ip)) {
    if (Found found = broken_link(recording, owner, ip.is_v4())) return found;
  }
  // Addresses of IPv6 go with a link that goes down, and others may be taken away.
  for (std::size_t i = 0; i < recording.spaces.size(); ++i)
    for (const Given& given : recording.spaces[i].given) {
      if (address_of(given.address) != ip || owns(recording, static_cast<int>(i), ip)) continue;
      if (Found found = ip.is_v4() ? std::nullopt : ipv6_off(recording, static_cast<int>(i))) return found;
      for (const Link& link : recording.spaces[i].links) {
        const Place place{static_cast<int>(i), link.index};
        if (link.name != given.link) continue;
        if (Found found = broken_link(recording, place, ip.is_v4())) return found;
        return Cause{"no-address",
                     "The link " + place_text(recording, place) + " has lost its address " + ip.to_text() + ".",
                     {"it was given " + given.address},
                     {command_in(recording, place.space,
                                 "ip addr add " + given.address + " dev " + link.name + (ip.is_v4() ? "" : " nodad"))}};
      }
    }
  return std::nullopt;
}

Found isolated_ports(const Recording& recording, const base::IpAddress& one, const base::IpAddress& other) {
  for (const Place& first : owners_of(recording, one))
    for (const Place& second : owners_of(recording, other)) {
      const auto a = peer_of(recording, first);
      const auto b = peer_of(recording, second);
      if (!a || !b || a->space != b->space || link_at(recording, *a).master != link_at(recording, *b).master) continue;
      const Link& port = link_at(recording, *a);
      const Link& other_port = link_at(recording, *b);
      if (port.master == 0 || a->link == b->link || !port.isolated || !other_port.isolated) continue;
      return Cause{"isolated",
                   "The bridge keeps its ports " + port.name + " and " + other_port.name + " apart.",
                   {"bridge link: both are isolated"},
                   {command_in(recording, b->space, "bridge link set dev " + other_port.name + " isolated off")}};
    }
  return std::nullopt;
}

}  // namespace podrun::packet
