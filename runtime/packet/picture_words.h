// What all pictures say in the same words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/packet/journey.h"

namespace podrun::packet {

std::string space_name(const Recording& recording, int space);
// "client → 198.51.100.1:8080 by TCP: connected"
std::string headline(const Recording& recording);
// "10.63.0.3:43299 → 198.51.100.1:8080"
std::string flow_text(const Headers& headers);
// "+12 µs": since it was sent.
std::string time_text(const Recording& recording, const Sighting& seen);
// "cni-podrun0 (bridge)", "veth1 (port of cni-podrun0)"
std::string link_text(const Recording& recording, int space, int index);

// What the IP layer did, a line each: "PREROUTING", "-A CNI-DN-… -j DNAT …". Without `all` only what decided something.
struct IpLine {
  std::string step;  // a hook in capitals, "ROUTE"
  std::string what;
};
std::vector<IpLine> ip_lines(const Recording& recording, const Leg& leg, std::size_t station, bool all);

// Where a leg that did not arrive has ended: "dropped by …", "last seen …"; empty where it arrived.
std::string end_text(const Recording& recording, const Leg& leg);
// What is translated back by no rule, but by the connection that is remembered; a line each.
std::vector<std::string> connection_lines(const Recording& recording);
// Who was asked for by ARP or a neighbour solicitation, and did not tell, a line each.
std::vector<std::string> neighbour_lines(const Recording& recording);
// Rules of iptables-legacy, of which no picture can tell; those that may have met the packet, a line each.
std::vector<std::string> legacy_lines(const Recording& recording);
// What could not be looked at, a line each.
std::vector<std::string> missing_lines(const Recording& recording);

// All of these, in this order.
std::string lines_below(const Recording& recording);

std::size_t width_of(std::string_view text);  // characters, not bytes
std::string padded(std::string text, std::size_t width);
std::string joined_changes(const std::vector<std::string>& changes);  // "SNAT · DNAT"

}  // namespace podrun::packet
