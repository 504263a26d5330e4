#include "runtime/packet/whereabouts.h"

#include <cstdlib>

namespace podrun::packet {
namespace {

std::size_t size_of(const Headers& headers) {
  const std::size_t transport = headers.protocol == Protocol::udp ? 8 : 32;  // TCP's with its time stamps
  return (headers.flow.source.ip.is_v4() ? 20 : 40) + transport + headers.payload;
}

// What a passage was given, and what its rules have made of that.
Headers headers_behind(const Passage& passage) {
  Headers headers = passage.headers;
  for (const Met& met : passage.met)
    if (const auto target = dnat_target(met.text)) {
      headers.flow.destination.ip = target->ip;
      if (target->port != 0) headers.flow.destination.port = target->port;
    }
  return headers;
}

}  // namespace

std::optional<Endpoint> dnat_target(const std::string& rule) {
  for (const std::string mark : {"--to-destination ", "dnat to ", "dnat ip to ", "dnat ip6 to "}) {
    const std::size_t at = rule.find(mark);
    if (at == std::string::npos) continue;
    std::string word = rule.substr(at + mark.size());
    word = word.substr(0, word.find(' '));
    Endpoint target;
    const bool in_brackets = word.starts_with("[");
    const std::size_t colon = in_brackets                         ? word.find("]:")
                              : word.find(':') == word.rfind(':') ? word.find(':')
                                                                  : word.npos;
    const auto ip = base::IpAddress::parse(in_brackets ? word.substr(1, word.find(']') - 1) : word.substr(0, colon));
    if (!ip) continue;
    target.ip = *ip;
    if (colon != std::string::npos)
      target.port = static_cast<std::uint16_t>(std::atoi(word.c_str() + colon + (in_brackets ? 2 : 1)));
    return target;
  }
  return std::nullopt;
}

std::optional<Whereabouts> whereabouts(const Recording& recording, const Leg& leg) {
  if (leg.stations.empty()) return std::nullopt;
  Whereabouts now;
  now.space = leg.stations.back().space;
  now.headers.flow = recording.name.flow;
  if (!leg.forward) now.headers.flow = recording.name.flow.reversed();
  bool is_seen = false;
  for (const Station& station : leg.stations) {
    const bool is_here = station.space == now.space;
    if (!is_here) now.in_link = 0;
    if (station.layer == Layer::link) {
      const bool comes = station.seen.direction != Direction::out;
      if (is_here && comes && now.in_link == 0) now.in_link = station.seen.link;
      now.headers = station.seen.headers;
      now.to_mac = station.seen.to_mac;
      if (is_here) now.link = station.seen.link;
      now.direction = station.seen.direction;
      is_seen = true;
    }
    for (const Passage& passage : station.passages) {
      now.headers = headers_behind(passage);
      is_seen = true;
    }
  }
  if (!is_seen) return std::nullopt;
  now.size = size_of(now.headers);
  return now;
}

}  // namespace podrun::packet
