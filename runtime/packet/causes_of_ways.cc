#include <algorithm>

#include "runtime/packet/causes.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

// It is to leave a bridge by the port that it has come in by.
Found no_hairpin(const Recording& recording, const Whereabouts& now) {
  for (const Place& owner : owners_of(recording, now.headers.flow.destination.ip)) {
    const auto port = peer_of(recording, owner);
    if (!port || port->space != now.space || port->link != now.in_link || !bridge_of(recording, *port)) continue;
    const Link& link = link_at(recording, *port);
    if (link.hairpin) continue;
    return Cause{
        "no-hairpin",
        space_name(recording, owner.space) + " calls itself by an address of " + space_name(recording, now.space) +
            ", and the bridge sends nothing back by the port it came from.",
        {"bridge -d link: " + link.name + " has hairpin off", "it came in by " + link.name + " and is to leave by it"},
        {command_in(recording, port->space, "bridge link set dev " + link.name + " hairpin on")}};
  }
  return std::nullopt;
}

Cause too_large(const Recording& recording, const Place& narrow, std::size_t size, int wide) {
  const Link& link = link_at(recording, narrow);
  return {
      "mtu",
      "It is larger than " + place_text(recording, narrow) + " takes.",
      {"it has " + std::to_string(size) + " bytes, and the MTU of " + link.name + " is " + std::to_string(link.mtu)},
      {command_in(recording, narrow.space, "ip link set " + link.name + " mtu " + std::to_string(wide))}};
}

// The links from where it was last seen to its goal. What the sender's own link would have cut is as large as that.
Found narrow_link(const Recording& recording, const Whereabouts& now) {
  std::vector<Place> ahead;
  if (now.direction == Direction::out)
    if (const auto peer = peer_of(recording, now.place())) ahead.push_back(*peer);
  for (const Place& owner : owners_of(recording, now.headers.flow.destination.ip)) {
    if (owner.space == now.space) continue;
    const auto port = peer_of(recording, owner);
    if (port) ahead.push_back(*port);
    ahead.push_back(owner);
    // Behind them: it is as narrow as the narrowest of its ports.
    if (const auto bridge = port ? bridge_of(recording, *port) : std::nullopt) ahead.push_back(*bridge);
  }
  const int wide = link_at(recording, now.place()).mtu;
  for (const Place& place : ahead) {
    const int mtu = link_at(recording, place).mtu;
    if (mtu != 0 && mtu < wide && now.size > static_cast<std::size_t>(mtu))
      return too_large(recording, place, std::min(now.size, static_cast<std::size_t>(wide)), wide);
  }
  return std::nullopt;
}

// Between the ends of one link.
Found lost_on_link(const Recording& recording, const Place& out) {
  const auto peer = peer_of(recording, out);
  if (!peer) return std::nullopt;
  const Link& link = link_at(recording, *peer);
  if (!link.up) return broken_link(recording, *peer, true);
  if (!link.has_xdp) return std::nullopt;
  return Cause{"xdp",
               "A program of " + place_text(recording, *peer) + " drops it before any rule sees it.",
               {"ip link: " + link.name + " has prog/xdp", "it left the other end, and did not come in"},
               // A driver's own program, and one of the kernel's generic hook, which the first leaves where it is.
               {command_in(recording, peer->space, "ip link set dev " + link.name + " xdp off"),
                command_in(recording, peer->space, "ip link set dev " + link.name + " xdpgeneric off")}};
}

// A pod's own address means nothing to whoever is beyond this machine.
Found not_masqueraded(const Recording& recording, const Whereabouts& now) {
  if (now.direction != Direction::out || peer_of(recording, now.place())) return std::nullopt;
  const base::IpAddress& source = now.headers.flow.source.ip;
  const base::IpAddress& to = now.headers.flow.destination.ip;
  const auto owners = owners_of(recording, source);
  if (owners.empty() || owns(recording, now.space, source) || !owners_of(recording, to).empty()) return std::nullopt;
  const std::string dev = link_name(recording, now.space, now.link);
  return Cause{"not-masqueraded",
               "It leaves this machine with the address of " + space_name(recording, owners[0].space) +
                   ", to which nobody beyond knows the way.",
               {"seen leaving " + space_name(recording, now.space) + " by " + dev + " as " + flow_text(now.headers)},
               {command_in(recording, now.space,
                           std::string(source.is_v4() ? "iptables" : "ip6tables") + " -t nat -I POSTROUTING -s " +
                               source.to_text() + " -o " + dev + " -j MASQUERADE")}};
}

Found lost_leaving(const Recording& recording, const Whereabouts& now) {
  const base::IpAddress& to = now.headers.flow.destination.ip;
  const bool is_inside = !is_the_machine(recording, now.space);
  if (is_inside)
    if (Found found = broken_link(recording, now.place(), to.is_v4())) return found;
  if (Found found = broken_links_to(recording, to)) return found;
  if (Found found = no_hairpin(recording, now)) return found;
  if (Found found = lost_on_link(recording, now.place())) return found;
  if (Found found = narrow_link(recording, now)) return found;
  if (Found found = wrong_neighbour(recording)) return found;
  if (Found found = isolated_ports(recording, now.headers.flow.source.ip, to)) return found;
  return not_masqueraded(recording, now);
}

// A bridge passes a frame on that is for another MAC than its own: no route is asked.
bool is_switched(const Recording& recording, const Whereabouts& now) {
  const auto bridge = bridge_of(recording, now.place());
  return bridge && !now.to_mac.empty() && now.to_mac != link_at(recording, *bridge).mac &&
         now.to_mac != link_at(recording, now.place()).mac;
}

Found not_switched(const Recording& recording, const Whereabouts& now) {
  if (Found found = wrong_neighbour(recording)) return found;
  const bool is_v4 = now.headers.flow.destination.ip.is_v4();
  for (std::size_t i = 0; i < recording.spaces.size(); ++i)
    for (const Link& link : recording.spaces[i].links)
      if (link.mac == now.to_mac)
        if (Found found = broken_link(recording, {static_cast<int>(i), link.index}, is_v4)) return found;
  return std::nullopt;
}

Found lost_within(const Recording& recording, const Whereabouts& now) {
  const base::IpAddress& to = now.headers.flow.destination.ip;
  if (const auto peer = peer_of(recording, now.place()); peer && link_at(recording, *peer).no_arp)
    if (Found found = broken_link(recording, *peer, to.is_v4())) return found;
  if (Found found = broken_links_to(recording, to)) return found;
  if (Found found = no_hairpin(recording, now)) return found;
  if (Found found = narrow_link(recording, now)) return found;
  if (Found found = is_switched(recording, now) ? not_switched(recording, now) : not_routed(recording, now))
    return found;
  if (Found found = isolated_ports(recording, now.headers.flow.source.ip, to)) return found;
  return dropped_untraced(recording, now.place());
}

}  // namespace

Found lost(const Recording& recording, const Leg& leg) {
  const auto now = whereabouts(recording, leg);
  if (!now || now->link == 0) {
    if (!leg.forward) return std::nullopt;
    return silent_neighbour(recording, recording.from_space);
  }
  if (Found found = silent_neighbour(recording, now->space)) return found;
  if (!leg.aside.empty())
    if (Found found = wrong_neighbour(recording)) return found;
  if (now->direction == Direction::out) return lost_leaving(recording, *now);
  if (!owns(recording, now->space, now->headers.flow.destination.ip)) return lost_within(recording, *now);
  if (Found found = unanswered(recording, *now)) return found;
  if (Found found = dropped_untraced(recording, now->place())) return found;
  return leg.forward ? std::nullopt : not_translated_back(recording, *now);
}

Found stuck(const Recording& recording, const Journey& journey) {
  for (const Leg& leg : journey.legs)
    if (leg.name == "data")
      if (Found found = dropped(recording, leg)) return found;
  for (const Leg& leg : journey.legs)
    if (leg.name == "ICMP 3/4" || leg.name == "ICMP 2/0")
      if (Found found = dropped(recording, leg)) {
        found->text = "The word that a packet is too large does not come back: " + found->text;
        return found;
      }
  for (const Leg& leg : journey.legs)
    if (leg.name == "data")
      if (Found found = lost(recording, leg)) return found;
  return std::nullopt;
}

namespace {

// A subnet of the machine alone may be a LAN, where others have addresses.
bool is_of_pods(const Recording& recording, const base::IpAddress& ip) {
  for (std::size_t space = 0; space < recording.spaces.size(); ++space)
    if (!is_the_machine(recording, static_cast<int>(space)))
      for (const Link& link : recording.spaces[space].links)
        for (const std::string& address : link.addresses)
          if (is_in_subnet(ip, address)) return true;
  return false;
}

}  // namespace

Found stale_connection(const Recording& recording) {
  for (const Connection& one : recording.evidence.remembered) {
    const base::IpAddress& there = one.reply.source.ip;
    if (there == one.original.destination.ip || !owners_of(recording, there).empty() || !is_of_pods(recording, there))
      continue;
    for (const Link& link : space_at(recording, one.space).links)
      for (const std::string& address : link.addresses)
        if (is_in_subnet(there, address)) {
          const Flow& flow = one.original;
          return Cause{"stale-connection",
                       "A client that goes on from port " + std::to_string(flow.source.port) + " is still sent to " +
                           to_text(one.reply.source) + ", which nobody has; a new one is not.",
                       {space_name(recording, one.space) + " remembers " + to_text(flow.source) + " → " +
                            to_text(flow.destination) + ", answered by " + to_text(one.reply.source),
                        there.to_text() + " is of " + link.name + "'s subnet, and no link in sight has it"},
                       {command_in(recording, one.space,
                                   "conntrack -D -p udp --orig-src " + flow.source.ip.to_text() + " --orig-dst " +
                                       flow.destination.ip.to_text() + " --sport " + std::to_string(flow.source.port) +
                                       " --dport " + std::to_string(flow.destination.port))}};
        }
  }
  return std::nullopt;
}

}  // namespace podrun::packet
