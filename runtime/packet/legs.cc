#include "runtime/packet/legs.h"

#include <netinet/tcp.h>

#include <algorithm>

namespace podrun::packet {

// The datagram is seen before its echo everywhere, and the addresses of the echo are, at each place, those of the
// datagram there turned round.
Legs::Legs(const Recording& recording) : name_(recording.name), forward_{recording.name.flow} {
  if (name_.transport != Transport::udp) return;
  std::vector<const Sighting*> in_time;
  for (const Sighting& sighting : recording.sightings)
    if (sighting.headers.protocol == Protocol::udp && sighting.headers.has_cookie) in_time.push_back(&sighting);
  std::stable_sort(in_time.begin(), in_time.end(),
                   [](const auto* one, const auto* other) { return one->at < other->at; });
  for (const Sighting* sighting : in_time)
    if (!goes_back(sighting->headers.flow)) forward_.push_back(sighting->headers.flow);
}

bool Legs::goes_back(const Flow& flow) const {
  return flow.destination == name_.flow.source ||
         std::find(forward_.begin(), forward_.end(), flow.reversed()) != forward_.end();
}

LegName Legs::of_tcp(const Headers& headers) const {
  const auto has = [&](unsigned flag) { return (headers.tcp_flags & flag) != 0; };
  const bool acknowledges_syn = has(TH_ACK) && headers.acknowledgement == name_.first_byte();
  const bool acknowledges_data = has(TH_ACK) && name_.data != 0 && headers.acknowledgement == name_.behind_data();
  if (headers.sequence == name_.sequence && has(TH_SYN)) return {"SYN", true};
  if (acknowledges_syn && has(TH_SYN)) return {"SYN-ACK", false};
  if (has(TH_RST)) return {"RST", headers.sequence == name_.first_byte() && !acknowledges_syn};
  if (acknowledges_data) return {headers.payload != 0 ? "answer" : "ACK of data", false};
  if (acknowledges_syn) return {headers.payload != 0 ? "answer" : "ACK back", false};
  if (headers.sequence == name_.first_byte()) return {headers.payload != 0 ? "data" : "ACK", true};
  return {};
}

LegName Legs::of(const Headers& headers) const {
  switch (headers.protocol) {
    case Protocol::tcp:
      return of_tcp(headers);
    case Protocol::udp:
      return goes_back(headers.flow) ? LegName{"answer", false} : LegName{"datagram", true};
    case Protocol::icmp:
      return {"ICMP " + std::to_string(headers.icmp_type) + "/" + std::to_string(headers.icmp_code), false};
    case Protocol::ask:
    case Protocol::tell:
      break;
  }
  return {};
}

}  // namespace podrun::packet
