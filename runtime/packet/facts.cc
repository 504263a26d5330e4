#include "runtime/packet/facts.h"

#include <algorithm>
#include <cstdlib>

namespace podrun::packet {
namespace {

bool is_link_local(const base::IpAddress& ip) {
  return !ip.is_v4() && ip.bytes()[0] == 0xfe && (ip.bytes()[1] & 0xc0U) == 0x80U;
}

}  // namespace

const Space& space_at(const Recording& recording, int space) {
  return recording.spaces.at(static_cast<std::size_t>(space));
}

bool is_the_machine(const Recording& recording, int space) { return space_at(recording, space).path.empty(); }

std::optional<base::IpAddress> address_of(const std::string& with_length) {
  return base::IpAddress::parse(with_length.substr(0, with_length.find('/')));
}

bool is_in_subnet(const base::IpAddress& ip, const std::string& with_length) {
  const auto other = address_of(with_length);
  const std::size_t slash = with_length.find('/');
  if (!other || other->is_v4() != ip.is_v4() || slash == std::string::npos) return false;
  unsigned bits = static_cast<unsigned>(std::atoi(with_length.c_str() + slash + 1)) + (ip.is_v4() ? 96 : 0);
  for (std::size_t i = 0; i < 16 && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    if (((ip.bytes()[i] ^ other->bytes()[i]) >> (8 - here)) != 0) return false;
    bits -= here;
  }
  return true;
}

std::vector<Place> owners_of(const Recording& recording, const base::IpAddress& ip) {
  std::vector<Place> owners;
  for (std::size_t i = 0; i < recording.spaces.size(); ++i) {
    const int space = static_cast<int>(i);
    if (ip.is_loopback() && space != recording.from_space) continue;
    for (const Link& link : recording.spaces[i].links)
      for (const std::string& address : link.addresses)
        if (address_of(address) == ip && !is_link_local(ip)) owners.push_back({space, link.index});
  }
  return owners;
}

bool owns(const Recording& recording, int space, const base::IpAddress& ip) {
  const auto owners = owners_of(recording, ip);
  return std::any_of(owners.begin(), owners.end(), [&](const Place& owner) { return owner.space == space; });
}

const Link& link_at(const Recording& recording, const Place& place) {
  static const Link kNone;
  const Link* link = find_link(recording, place.space, place.link);
  return link != nullptr ? *link : kNone;
}

std::optional<Place> peer_of(const Recording& recording, const Place& place) {
  const Link& link = link_at(recording, place);
  if (link.peer_space < 0 || find_link(recording, link.peer_space, link.peer) == nullptr) return std::nullopt;
  return Place{link.peer_space, link.peer};
}

std::optional<Place> bridge_of(const Recording& recording, const Place& port) {
  if (!is_bridge_port(recording, port.space, port.link)) return std::nullopt;
  return Place{port.space, link_at(recording, port).master};
}

std::vector<Place> links_of(const Recording& recording, int space) {
  std::vector<Place> places;
  for (const Link& link : space_at(recording, space).links)
    if (link.name != "lo" && link.master == 0 && !link.mac.empty()) places.push_back({space, link.index});
  return places;
}

std::string setting(const Recording& recording, int space, const std::string& name) {
  for (const Setting& one : recording.evidence.settings)
    if (one.space == space && one.name == name) return one.value;
  return "";
}

std::string link_setting(const Recording& recording, const Place& place, const std::string& family,
                         const std::string& name) {
  return "net/" + family + "/conf/" + link_name(recording, place.space, place.link) + "/" + name;
}

const Route* find_route(const Recording& recording, int space, const base::IpAddress& destination, int in_link) {
  for (const Route& route : recording.evidence.routes)
    if (route.space == space && route.destination == destination && (in_link == -1 || route.in_link == in_link))
      return &route;
  return nullptr;
}

std::vector<const Listener*> listeners_at(const Recording& recording, int space, std::uint16_t port) {
  std::vector<const Listener*> found;
  for (const Listener& one : recording.evidence.listeners)
    if (one.space == space && one.at.port == port) found.push_back(&one);
  return found;
}

std::uint64_t grown(const Recording& recording, int space, const std::string& counter) {
  for (const Counter& one : recording.counters)
    if (one.space == space && one.name == counter) return one.grown;
  return 0;
}

const char* forwarding_setting(bool is_v4) { return is_v4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding"; }

const char* filter_of_bridges(bool is_v4) {
  return is_v4 ? "net/bridge/bridge-nf-call-iptables" : "net/bridge/bridge-nf-call-ip6tables";
}

std::optional<base::IpAddress> gateway_for(const Recording& recording, const Place& place, bool is_v4) {
  const Link& link = link_at(recording, place);
  for (const Given& given : space_at(recording, place.space).given)
    if (const auto gateway = base::IpAddress::parse(given.gateway);
        given.link == link.name && gateway && gateway->is_v4() == is_v4)
      return gateway;
  const auto peer = peer_of(recording, place);
  if (!peer) return std::nullopt;
  const Place router = bridge_of(recording, *peer).value_or(*peer);
  if (setting(recording, router.space, forwarding_setting(is_v4)) == "0") return std::nullopt;
  for (const std::string& theirs : link_at(recording, router).addresses)
    for (const std::string& ours : link.addresses)
      if (const auto ip = address_of(theirs); ip && ip->is_v4() == is_v4 && is_in_subnet(*ip, ours)) return ip;
  return std::nullopt;
}

std::string command_in(const Recording& recording, int space, const std::string& command) {
  const std::string& path = space_at(recording, space).path;
  return path.empty() ? command : "nsenter --net=" + path + " " + command;
}

std::vector<std::string> remake_commands(const Recording& recording, int space) {
  std::vector<std::string> commands;
  std::string left = space_at(recording, space).remake;
  while (!left.empty()) {
    const std::size_t end = left.find(" && ");
    commands.push_back(left.substr(0, end));
    left = end == std::string::npos ? "" : left.substr(end + 4);
  }
  return commands;
}

std::string set_command(const Recording& recording, int space, const std::string& setting, const std::string& value) {
  return command_in(recording, space, "sysctl -w " + setting + "=" + value);
}

std::string place_text(const Recording& recording, const Place& place) {
  return link_name(recording, place.space, place.link) + " of " + space_at(recording, place.space).name;
}

std::string setting_text(const Recording& recording, int space, const std::string& name) {
  std::string dotted = name;
  if (name.find('.') == std::string::npos) std::replace(dotted.begin(), dotted.end(), '/', '.');
  return dotted + " = " + setting(recording, space, name) + " in " + space_at(recording, space).name;
}

}  // namespace podrun::packet
