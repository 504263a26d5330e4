// The causes, by the places that they are found at. Each is given all that is known, and names one that is proven, or
// none. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/packet/explain.h"
#include "runtime/packet/legacy_rules.h"
#include "runtime/packet/whereabouts.h"

namespace podrun::packet {

using Found = std::optional<Cause>;

// --- causes_of_links.cc: between a link and the bridge that it hangs on

// A veth's end, what it is plugged into, and that bridge, from within to without.
Found broken_link(const Recording& recording, const Place& end, bool is_v4);
// The links by which packets to that address come to whoever has it.
Found broken_links_to(const Recording& recording, const base::IpAddress& ip);
// Of two ends on one bridge.
Found isolated_ports(const Recording& recording, const base::IpAddress& one, const base::IpAddress& other);

// --- causes_of_neighbours.cc

Found duplicate_address(const Recording& recording);
// The namespace asks for an address, and nobody tells.
Found silent_neighbour(const Recording& recording, int space);
// It was sent to a MAC that is not that of who has the address.
Found wrong_neighbour(const Recording& recording);

// --- causes_of_rules.cc

Found dropped(const Recording& recording, const Leg& leg);
// By rules of iptables-legacy in the namespace in which it ended, or its answer; `verdicts`: what they do.
Found dropped_by_legacy(const Recording& recording, int space, const std::vector<Going>& ways,
                        const std::vector<std::string>& verdicts);
// By rules that no trace tells of, where it came in.
Found dropped_untraced(const Recording& recording, const Place& in);

// --- causes_of_routes.cc

// IPv6 is switched off for a link by which the namespace is left.
Found ipv6_off(const Recording& recording, int space);
// Nothing left the sender.
Found not_sent(const Recording& recording, const Journey& journey);
// It came into a namespace that is not its goal, and the kernel there did not send it on.
Found not_routed(const Recording& recording, const Whereabouts& now);
// There is no way back from where it has arrived.
Found no_way_back(const Recording& recording, const Whereabouts& now);
// The route of that destination there, where it refuses or is not there.
Found refused_by_route(const Recording& recording, int space, const base::IpAddress& destination, int in_link);

// --- causes_of_answers.cc

// Who was asked has refused, or a router has.
Found refused(const Recording& recording, const Journey& journey);
// Somebody else than was meant has answered.
Found wrong_answer(const Recording& recording, const Journey& journey);
// It has come to its goal, and nobody says anything.
Found unanswered(const Recording& recording, const Whereabouts& now);
// The sender has asked one address, and another answers.
Found not_translated_back(const Recording& recording, const Whereabouts& now);

// --- causes_of_ways.cc: from where a leg was last seen

Found lost(const Recording& recording, const Leg& leg);
// The data behind a handshake.
Found stuck(const Recording& recording, const Journey& journey);
// A connection that is remembered leads others from the same address to where nobody is.
Found stale_connection(const Recording& recording);

}  // namespace podrun::packet
