#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/packet/causes.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

std::string ip_command(bool is_v4) { return is_v4 ? "ip " : "ip -6 "; }

// By the link whose subnet has a router, or that was given one.
std::vector<std::string> default_route(const Recording& recording, int space, bool is_v4) {
  if (is_the_machine(recording, space)) return {};
  for (const Place& place : links_of(recording, space))
    if (const auto gateway = gateway_for(recording, place, is_v4))
      return {command_in(recording, space,
                         ip_command(is_v4) + "route replace default via " + gateway->to_text() + " dev " +
                             link_name(recording, space, place.link))};
  return {};
}

bool has_address(const Link& link, bool is_v4) {
  return std::any_of(link.addresses.begin(), link.addresses.end(), [&](const std::string& address) {
    const auto ip = address_of(address);
    return ip && ip->is_v4() == is_v4 && !address.starts_with("fe80:");
  });
}

// Of a namespace whose links have none of that family.
Found no_address(const Recording& recording, int space, bool is_v4) {
  const auto links = links_of(recording, space);
  if (links.empty())
    return Cause{"no-link", space_name(recording, space) + " has no link that leads out of it.", {}, {}};
  for (const Place& place : links)
    if (has_address(link_at(recording, place), is_v4)) return std::nullopt;
  const std::string family = is_v4 ? "IPv4" : "IPv6";
  Cause cause{
      "no-address", "No link of " + space_name(recording, space) + " has an address of " + family + ".", {}, {}};
  for (const Given& given : space_at(recording, space).given) {
    const auto ip = address_of(given.address);
    if (!ip || ip->is_v4() != is_v4) continue;
    cause.evidence.push_back(given.link + " was given " + given.address);
    cause.fixes.push_back(
        command_in(recording, space, "ip addr add " + given.address + " dev " + given.link + (is_v4 ? "" : " nodad")));
    for (std::string& command : default_route(recording, space, is_v4)) cause.fixes.push_back(std::move(command));
  }
  return cause;
}

// portmap leads 127.0.0.1:PORT on to a pod, which the kernel lets leave only where it is told to.
Found localhost_kept_in(const Recording& recording, const Journey& journey) {
  const int space = recording.from_space;
  if (!recording.name.flow.destination.ip.is_loopback() || journey.legs.empty()) return std::nullopt;
  const auto now = whereabouts(recording, journey.legs.front());
  if (!now || now->link != 0 || now->headers.flow.destination.ip.is_loopback()) return std::nullopt;
  const base::IpAddress& ip = now->headers.flow.destination.ip;
  const Route* route = find_route(recording, space, ip);
  const std::string all = "net/ipv4/conf/all/route_localnet";
  if (route == nullptr || route->out_link == 0 || setting(recording, space, all) == "1") return std::nullopt;
  const std::string own = link_setting(recording, {space, route->out_link}, "ipv4", "route_localnet");
  if (setting(recording, space, own) != "0") return std::nullopt;
  return Cause{
      "localhost-kept-in",
      "The kernel lets nothing from localhost leave by " + place_text(recording, {space, route->out_link}) + ".",
      {"a rule leads to " + to_text(now->headers.flow.destination), setting_text(recording, space, own)},
      {set_command(recording, space, own, "1")}};
}

// IPv4 has a switch for each link, and one that sets them all, the way back among them.
Found no_forwarding(const Recording& recording, const Whereabouts& now, int in_link) {
  const bool is_v4 = now.headers.flow.destination.ip.is_v4();
  const std::string all = forwarding_setting(is_v4);
  const std::string own = is_v4 ? link_setting(recording, {now.space, in_link}, "ipv4", "forwarding") : all;
  if (setting(recording, now.space, own) != "0") return std::nullopt;
  const std::string& name = setting(recording, now.space, all) == "0" ? all : own;
  return Cause{"no-forwarding",
               space_name(recording, now.space) + " forwards nothing" +
                   (name == own && is_v4 ? " that comes in by " + link_name(recording, now.space, in_link) : "") + ".",
               {setting_text(recording, now.space, name)},
               {set_command(recording, now.space, name, "1")}};
}

Found reverse_path(const Recording& recording, const Whereabouts& now, int in_link) {
  const auto count = grown(recording, now.space, "TcpExt.IPReversePathFilter");
  if (count == 0) return std::nullopt;
  const std::string all = "net/ipv4/conf/all/rp_filter";
  const std::string own = link_setting(recording, {now.space, in_link}, "ipv4", "rp_filter");
  const std::string& strict = setting(recording, now.space, own) > setting(recording, now.space, all) ? own : all;
  if (setting(recording, now.space, strict) < "1") return std::nullopt;
  Cause cause{
      "reverse-path",
      space_name(recording, now.space) + " takes no packet from " + now.headers.flow.source.ip.to_text() +
          " that comes in by " + link_name(recording, now.space, in_link) + ": its way back is another.",
      {setting_text(recording, now.space, strict), "TcpExt.IPReversePathFilter has grown by " + std::to_string(count)},
      {}};
  // Loose is enough where there is a way back at all; the larger of the two counts.
  const Route* back = find_route(recording, now.space, now.headers.flow.source.ip, 0);
  const bool is_loose = setting(recording, now.space, strict) == "2" || (back != nullptr && back->error_number != 0);
  if (is_loose && back != nullptr && back->error_number != 0)
    cause.evidence.push_back("it has no route to " + now.headers.flow.source.ip.to_text());
  cause.fixes = {set_command(recording, now.space, own, is_loose ? "0" : "2")};
  if (is_loose && setting(recording, now.space, all) != "0")
    cause.fixes.push_back(set_command(recording, now.space, all, "0"));
  return cause;
}

// It was sent to who has the next router's address, and that is a pod.
Found pod_as_router(const Recording& recording, const Whereabouts& now) {
  for (const Route& route : recording.evidence.routes) {
    if (route.via == base::IpAddress{} || route.via.is_any() || !owns(recording, now.space, route.via)) continue;
    const auto gateway = gateway_for(recording, {route.space, route.out_link}, route.destination.is_v4());
    if (is_the_machine(recording, now.space) || !gateway || *gateway == route.via) continue;
    const bool is_v4 = route.destination.is_v4();
    return Cause{"wrong-router",
                 space_name(recording, route.space) + " sends it to " + route.via.to_text() + ", which is " +
                     space_name(recording, now.space) + " and no router.",
                 {"ip route get " + route.destination.to_text() + " in " + space_name(recording, route.space) +
                  ": via " + route.via.to_text() + " dev " + link_name(recording, route.space, route.out_link)},
                 {command_in(recording, route.space,
                             ip_command(is_v4) + "route replace default via " + gateway->to_text() + " dev " +
                                 link_name(recording, route.space, route.out_link))}};
  }
  return std::nullopt;
}

}  // namespace

Found ipv6_off(const Recording& recording, int space) {
  for (const Place& place : links_of(recording, space)) {
    const std::string name = link_setting(recording, place, "ipv6", "disable_ipv6");
    if (setting(recording, space, name) != "1") continue;
    Cause cause{"ipv6-off",
                "IPv6 is switched off for " + place_text(recording, place) + ".",
                {setting_text(recording, space, name)},
                {set_command(recording, space, name, "0")}};
    const Link& link = link_at(recording, place);
    for (const Given& given : space_at(recording, space).given)
      if (const auto ip = address_of(given.address); given.link == link.name && ip && !ip->is_v4())
        cause.fixes.push_back(
            command_in(recording, space, "ip addr replace " + given.address + " dev " + link.name + " nodad"));
    for (std::string& command : default_route(recording, space, false)) cause.fixes.push_back(std::move(command));
    return cause;
  }
  return std::nullopt;
}

Found refused_by_route(const Recording& recording, int space, const base::IpAddress& destination, int in_link) {
  const Route* route = find_route(recording, space, destination, in_link);
  if (route == nullptr || route->error_number == 0) return std::nullopt;
  const std::string ip = destination.to_text();
  const std::string said =
      "ip route get " + ip + " in " + space_name(recording, space) + ": " + ::strerrordesc_np(route->error_number);
  if (!route->text.empty())
    return Cause{"refusing-route",
                 "A route in " + space_name(recording, space) + " refuses what is for " + ip + ".",
                 {said, "ip route: " + route->text},
                 {command_in(recording, space, ip_command(destination.is_v4()) + "route del " + route->text)}};
  if (route->error_number != ENETUNREACH) return std::nullopt;
  return Cause{"no-route",
               space_name(recording, space) + " has no route to " + ip + ".",
               {said},
               default_route(recording, space, destination.is_v4())};
}

Found not_sent(const Recording& recording, const Journey& journey) {
  const int space = recording.from_space;
  const base::IpAddress& ip = recording.name.flow.destination.ip;
  if (Found found = localhost_kept_in(recording, journey)) return found;
  const bool is_inside = !is_the_machine(recording, space);
  if (is_inside)
    for (const Place& place : links_of(recording, space))
      if (Found found = broken_link(recording, place, ip.is_v4())) return found;
  if (Found found = ip.is_v4() ? std::nullopt : ipv6_off(recording, space)) return found;
  if (Found found = is_inside ? no_address(recording, space, ip.is_v4()) : std::nullopt) return found;
  if (Found found = broken_links_to(recording, ip)) return found;
  return refused_by_route(recording, space, ip, 0);
}

Found not_routed(const Recording& recording, const Whereabouts& now) {
  const base::IpAddress& to = now.headers.flow.destination.ip;
  const int in_link = is_bridge_port(recording, now.space, now.in_link)
                          ? link_at(recording, {now.space, now.in_link}).master
                          : now.in_link;
  if (Found found = pod_as_router(recording, now)) return found;
  if (Found found = wrong_neighbour(recording)) return found;
  if (Found found = reverse_path(recording, now, in_link)) return found;
  if (Found found = no_forwarding(recording, now, in_link)) return found;
  return refused_by_route(recording, now.space, to, in_link);
}

Found no_way_back(const Recording& recording, const Whereabouts& now) {
  if (Found found = reverse_path(recording, now, now.in_link)) return found;
  return refused_by_route(recording, now.space, now.headers.flow.source.ip, 0);
}

}  // namespace podrun::packet
