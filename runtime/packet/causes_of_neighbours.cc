#include <algorithm>
#include <map>
#include <set>

#include "runtime/packet/causes.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

struct Asked {
  Place by;
  base::IpAddress for_whom;
  std::int64_t at = 0;
};

bool is_needed(const Recording& recording, const base::IpAddress& ip) {
  const auto& routes = recording.evidence.routes;
  return std::any_of(routes.begin(), routes.end(),
                     [&](const Route& route) { return route.destination == ip || route.via == ip; });
}

// Questions that nobody has answered, each by whom it was asked first.
std::vector<Asked> open_questions(const Recording& recording) {
  std::set<base::IpAddress> told;
  std::vector<Asked> open;
  for (const Sighting& seen : recording.sightings) {
    const base::IpAddress& ip = seen.headers.flow.destination.ip;
    if (seen.headers.protocol == Protocol::tell) told.insert(seen.headers.flow.source.ip);
    if (seen.headers.protocol == Protocol::ask && seen.direction == Direction::out && is_needed(recording, ip))
      open.push_back({{seen.space, seen.link}, ip, seen.at});
  }
  std::erase_if(open, [&](const Asked& one) { return told.contains(one.for_whom); });
  std::stable_sort(open.begin(), open.end(), [](const auto& one, const auto& other) { return one.at < other.at; });
  return open;
}

std::string asked_text(const Recording& recording, const Asked& question) {
  return space_name(recording, question.by.space) + " asks for the MAC of " + question.for_whom.to_text() + " by " +
         link_name(recording, question.by.space, question.by.link) + ", and nobody tells";
}

// A rule that has translated to the address.
const Met* translation_to(const Journey& journey, const base::IpAddress& ip, int& space) {
  for (const Leg& leg : journey.legs)
    for (const Station& station : leg.stations)
      for (const Passage& passage : station.passages)
        for (const Met& met : passage.met)
          if (const auto target = dnat_target(met.text); target && target->ip == ip) {
            space = station.space;
            return &met;
          }
  return nullptr;
}

Cause nobody_has(const Recording& recording, const Asked& question) {
  const std::string ip = question.for_whom.to_text();
  const std::vector<std::string> evidence{asked_text(recording, question), "no link in sight has " + ip};
  const Journey journey = journey_of(recording);
  int space = 0;
  if (const Met* rule = translation_to(journey, question.for_whom, space)) {
    Cause cause{"dnat-to-nobody", "A rule leads to " + ip + ", which nobody has.", evidence, {}};
    cause.evidence.push_back(space_name(recording, space) + ", " + rule->table + ": " + rule->text);
    for (const Published& published : recording.published)
      if (published.host_port == recording.name.flow.destination.port)
        cause.fixes = remake_commands(recording, published.space);
    return cause;
  }
  const bool is_v4 = question.for_whom.is_v4();
  const auto& routes = recording.evidence.routes;
  const bool is_router = std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
    return route.space == question.by.space && route.via == question.for_whom;
  });
  if (!is_router) return {"nobody", "Nobody has the address " + ip + ".", evidence, {}};
  Cause cause{"no-router", "The next router, " + ip + ", is nobody's address.", evidence, {}};
  const auto given = gateway_for(recording, question.by, is_v4);
  const auto peer = peer_of(recording, question.by);
  const std::string dev = link_name(recording, question.by.space, question.by.link);
  if (given && *given != question.for_whom) {
    cause.fixes = {command_in(
        recording, question.by.space,
        std::string("ip ") + (is_v4 ? "" : "-6 ") + "route replace default via " + given->to_text() + " dev " + dev)};
  } else if (given && peer) {  // the bridge has lost it
    const Place router = bridge_of(recording, *peer).value_or(*peer);
    for (const std::string& ours : link_at(recording, question.by).addresses)
      if (is_in_subnet(question.for_whom, ours))
        cause.fixes = {command_in(recording, router.space,
                                  "ip addr add " + ip + ours.substr(ours.find('/')) + " dev " +
                                      link_name(recording, router.space, router.link))};
  }
  return cause;
}

// Whom the namespace would have sent to, and by which MAC.
const Neighbour* entry_of(const Recording& recording, int space, int link, const base::IpAddress& ip) {
  for (const Neighbour& one : recording.evidence.neighbours)
    if (one.space == space && one.link == link && one.ip == ip && !one.mac.empty()) return &one;
  return nullptr;
}

}  // namespace

Found duplicate_address(const Recording& recording) {
  std::map<base::IpAddress, std::set<std::string>> told;
  for (const Sighting& seen : recording.sightings)
    if (seen.headers.protocol == Protocol::tell && is_needed(recording, seen.headers.flow.source.ip) &&
        !is_bridge_port(recording, seen.space, seen.link))
      told[seen.headers.flow.source.ip].insert(seen.from_mac);
  std::set<base::IpAddress> needed{recording.name.flow.destination.ip};
  for (const Route& route : recording.evidence.routes) needed.insert({route.via, route.destination});
  for (const base::IpAddress& ip : needed) {
    const auto owners = owners_of(recording, ip);
    const auto macs = told.find(ip);
    const bool two_macs = macs != told.end() && macs->second.size() > 1;
    if (ip.is_loopback() || owners.size() < 2 || !two_macs) continue;
    Cause cause{"duplicate-address", "The address " + ip.to_text() + " belongs to more than one.", {}, {}};
    for (const Place& owner : owners)
      cause.evidence.push_back(place_text(recording, owner) + " has it, with the MAC " + link_at(recording, owner).mac);
    // Whoever was given it keeps it.
    for (const Place& owner : owners) {
      const Link& link = link_at(recording, owner);
      const auto& given = space_at(recording, owner.space).given;
      const bool is_meant = std::any_of(given.begin(), given.end(), [&](const Given& one) {
        return one.link == link.name && address_of(one.address) == ip;
      });
      for (const std::string& address : link.addresses)
        if (!is_meant && address_of(address) == ip)
          cause.fixes.push_back(command_in(recording, owner.space, "ip addr del " + address + " dev " + link.name));
    }
    if (cause.fixes.size() == owners.size()) cause.fixes.clear();
    for (const Neighbour& entry : recording.evidence.neighbours)
      if (entry.ip == ip && !cause.fixes.empty())
        cause.fixes.push_back(
            command_in(recording, entry.space,
                       "ip neigh flush to " + ip.to_text() + " dev " + link_name(recording, entry.space, entry.link)));
    return cause;
  }
  return std::nullopt;
}

Found silent_neighbour(const Recording& recording, int space) {
  for (const Asked& question : open_questions(recording)) {
    if (question.by.space != space) continue;
    const bool is_v4 = question.for_whom.is_v4();
    std::vector<Place> owners = owners_of(recording, question.for_whom);
    std::erase_if(owners, [&](const Place& owner) { return owner.space == question.by.space; });
    const bool is_inside = !is_the_machine(recording, question.by.space);
    Found found = is_inside ? broken_link(recording, question.by, is_v4) : std::nullopt;
    if (!found) found = broken_links_to(recording, question.for_whom);
    if (!found && owners.empty()) return nobody_has(recording, question);
    for (const std::string& ours : link_at(recording, question.by).addresses)
      if (const auto ip = address_of(ours); !found && ip) found = isolated_ports(recording, *ip, question.for_whom);
    if (!found) continue;
    found->evidence.push_back(asked_text(recording, question));
    return found;
  }
  return std::nullopt;
}

Found wrong_neighbour(const Recording& recording) {
  for (const Route& route : recording.evidence.routes) {
    if (route.out_link == 0 || route.local) continue;
    const bool is_routed = route.via != base::IpAddress{} && !route.via.is_any();
    const base::IpAddress& next = is_routed ? route.via : route.destination;
    const Neighbour* entry = entry_of(recording, route.space, route.out_link, next);
    const auto owners = owners_of(recording, next);
    if (entry == nullptr || owners.size() != 1 || owners[0].space == route.space) continue;
    const Link& owner = link_at(recording, owners[0]);
    const Place by{entry->space, entry->link};  // where nobody is asked its own MAC stands for all
    if (link_at(recording, by).no_arp) return broken_link(recording, by, next.is_v4());
    if (owner.mac.empty() || owner.mac == entry->mac) continue;
    const std::string dev = link_name(recording, entry->space, entry->link);
    return Cause{
        "wrong-neighbour",
        space_name(recording, entry->space) + " sends what is for " + next.to_text() + " to a MAC that is not its own.",
        {"ip neigh: " + next.to_text() + " dev " + dev + " lladdr " + entry->mac +
             (entry->permanent ? " PERMANENT" : ""),
         place_text(recording, owners[0]) + " has the MAC " + owner.mac},
        {command_in(recording, entry->space, "ip neigh del " + next.to_text() + " dev " + dev)}};
  }
  return std::nullopt;
}

}  // namespace podrun::packet
