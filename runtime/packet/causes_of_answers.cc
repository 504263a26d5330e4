#include <netinet/tcp.h>

#include <algorithm>

#include "runtime/packet/causes.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

std::string transport_of(const Recording& recording) {
  return recording.name.transport == Transport::tcp ? "TCP" : "UDP";
}

const Published* published_as(const Recording& recording) {
  for (const Published& one : recording.published)
    if (one.host_port == recording.name.flow.destination.port && one.transport == recording.name.transport) return &one;
  return nullptr;
}

std::string listener_text(const Listener& one) { return to_text(one.at); }

bool hears(const Listener& one, const Endpoint& at) {
  if (one.at.ip == at.ip) return true;
  if (!one.at.ip.is_any()) return false;
  return one.at.ip.is_v4() == at.ip.is_v4() || (at.ip.is_v4() && !one.only_v6);
}

// A port of the host that is to lead to a pod, and has not.
Found not_led_on(const Recording& recording, int space, const Endpoint& at) {
  const Published* published = published_as(recording);
  if (published == nullptr || published->space == space || at.port != published->host_port ||
      !is_the_machine(recording, space))
    return std::nullopt;
  const std::string pod = space_name(recording, published->space);
  Cause cause{"port-not-led-on",
              "Port " + std::to_string(at.port) + " of the host is to lead to " + pod + ", and no rule does.",
              {"its address was not changed, and " + space_name(recording, space) + " itself has answered"},
              {}};
  const auto holders = listeners_at(recording, space, at.port);
  for (const Listener* one : holders)
    cause.evidence.push_back("a process of the host listens at " + listener_text(*one));
  if (holders.empty()) cause.fixes = remake_commands(recording, published->space);  // else the port is taken
  return cause;
}

Cause nobody_listens(const Recording& recording, int space, const Endpoint& at) {
  const std::string where = space_name(recording, space);
  const auto all = listeners_at(recording, space, at.port);
  if (all.empty())
    return {
        "nobody-listens",
        "Nothing in " + where + " listens on port " + std::to_string(at.port) + " of " + transport_of(recording) + ".",
        {where + " refuses it, and has no socket that waits at that port"},
        {}};
  Cause cause{"listens-elsewhere",
              "What listens on port " + std::to_string(at.port) + " in " + where +
                  " does so at another address, and not at " + at.ip.to_text() + ".",
              {},
              {}};
  for (const Listener* one : all) cause.evidence.push_back("it listens at " + listener_text(*one));
  return cause;
}

bool is_refusal(const Recording& recording, const Leg& leg) {
  if (leg.forward) return false;
  if (recording.name.transport == Transport::tcp && leg.name == "RST") return true;
  return leg.name == "ICMP 3/3" || leg.name == "ICMP 1/4";
}

// Whether an error says that the packet cannot go on; 3/4 and 2/0 say that it is too large, 5 that there is a better
// way.
bool is_dead_end(const std::string& name) {
  return (name.starts_with("ICMP 3/") && name != "ICMP 3/4") || name.starts_with("ICMP 1/") ||
         name.starts_with("ICMP 11/");
}

// Where what came back was born; -1: beyond what is in sight.
int birthplace(const Leg& leg) {
  const Station& first = leg.stations.front();
  return first.layer == Layer::link && first.seen.direction != Direction::out ? -1 : first.space;
}

std::string first_source(const Leg& leg) {
  for (const Station& station : leg.stations) {
    if (station.layer == Layer::link) return station.seen.headers.flow.source.ip.to_text();
    if (!station.passages.empty()) return station.passages.front().headers.flow.source.ip.to_text();
  }
  return "somebody";
}

Found dead_end(const Recording& recording, const Leg& leg, const Leg& there) {
  const int space = birthplace(leg);
  if (space == -1)
    return Cause{"refused-beyond",
                 "A router beyond this machine, " + first_source(leg) + ", cannot or may not send it on.",
                 {leg.name + " from " + first_source(leg)},
                 {}};
  const auto now = whereabouts(recording, there);
  if (!now || now->link == 0) return std::nullopt;  // the sender's own kernel: it has not left
  const base::IpAddress& to = now->headers.flow.destination.ip;
  if (leg.name.starts_with("ICMP 11/"))
    return Cause{"hops",
                 "It has come through more routers than it may: " + space_name(recording, space) + " ends it.",
                 {leg.name + " from " + first_source(leg)},
                 {}};
  Found found = silent_neighbour(recording, space);
  if (!found) found = broken_links_to(recording, to);
  if (!found) found = not_routed(recording, *now);
  if (found) found->evidence.push_back(leg.name + " from " + first_source(leg));
  return found;
}

// Where the sender and who has answered are in the same one: an answer need not meet IP on its way.
std::optional<Place> bridge_between(const Recording& recording, const Place& sender, const base::IpAddress& answers) {
  const auto bridge_beyond = [&](const Place& end) {
    const auto port = peer_of(recording, end);
    return port ? bridge_of(recording, *port) : std::nullopt;
  };
  const auto bridge = bridge_beyond(sender);
  for (const Place& owner : owners_of(recording, answers))
    if (const auto other = bridge_beyond(owner);
        bridge && other && bridge->space == other->space && bridge->link == other->link)
      return bridge;
  return std::nullopt;
}

// Of a namespace of which other settings are known.
bool has_no_setting(const Recording& recording, int space, const std::string& name) {
  const auto& known = recording.evidence.settings;
  return setting(recording, space, name).empty() &&
         std::any_of(known.begin(), known.end(), [&](const Setting& one) { return one.space == space; });
}

}  // namespace

Found refused(const Recording& recording, const Journey& journey) {
  const Leg& there = journey.legs.front();
  for (const Leg& leg : journey.legs) {
    if (leg.forward || (!is_dead_end(leg.name) && !is_refusal(recording, leg))) continue;
    const int space = birthplace(leg);
    if (Found found = dropped_by_legacy(recording, space, {Going::there}, {"REJECT"})) return found;
    if (!is_refusal(recording, leg)) return dead_end(recording, leg, there);
    if (space == -1)
      return Cause{"refused-beyond",
                   first_source(leg) + ", beyond this machine, refuses it.",
                   {leg.name + " from " + first_source(leg) + ": nothing listens there, or a rule there rejects it"},
                   {}};
    const auto now = whereabouts(recording, there);
    const Endpoint at = now ? now->headers.flow.destination : recording.name.flow.destination;
    const auto listeners = listeners_at(recording, space, at.port);
    if (Found found = duplicate_address(recording)) return found;
    if (Found found = not_led_on(recording, space, at)) return found;
    // Who refuses for somebody else is a rule that nobody has traced.
    if (!now || !owns(recording, space, at.ip)) return std::nullopt;
    if (std::any_of(listeners.begin(), listeners.end(), [&](const Listener* one) { return hears(*one, at); }))
      return unanswered(recording, *now);
    return nobody_listens(recording, space, at);
  }
  return std::nullopt;
}

Found wrong_answer(const Recording& recording, const Journey& journey) {
  if (Found found = duplicate_address(recording)) return found;
  for (const Leg& leg : journey.legs)
    if (!leg.forward && !leg.stations.empty() && (leg.name == "SYN-ACK" || leg.name == "answer"))
      return not_led_on(recording, birthplace(leg) == -1 ? recording.from_space : birthplace(leg),
                        whereabouts(recording, journey.legs.front()).value_or(Whereabouts{}).headers.flow.destination);
  return std::nullopt;
}

Found unanswered(const Recording& recording, const Whereabouts& now) {
  if (Found found = no_way_back(recording, now)) return found;
  const Endpoint& at = now.headers.flow.destination;
  const std::string where = space_name(recording, now.space);
  for (const Listener* one : listeners_at(recording, now.space, at.port)) {
    if (!hears(*one, at) || recording.name.transport != Transport::tcp || one->waiting <= one->limit) continue;
    const auto count = grown(recording, now.space, "TcpExt.ListenOverflows");
    if (count == 0) continue;
    return Cause{"not-accepted",
                 "The program in " + where + " that listens on port " + std::to_string(at.port) +
                     " does not accept its connections: the queue is full.",
                 {std::to_string(one->waiting) + " wait, of " + std::to_string(one->limit) + " that may",
                  "TcpExt.ListenOverflows has grown by " + std::to_string(count)},
                 {}};
  }
  const auto full = grown(recording, now.space, at.ip.is_v4() ? "Udp.RcvbufErrors" : "Udp6RcvbufErrors");
  if (recording.name.transport == Transport::udp && full != 0)
    return Cause{"not-read",
                 "The program in " + where + " that listens on port " + std::to_string(at.port) +
                     " does not read its datagrams: its buffer is full.",
                 {"RcvbufErrors has grown by " + std::to_string(full)},
                 {}};
  return std::nullopt;
}

Found not_translated_back(const Recording& recording, const Whereabouts& now) {
  const Endpoint& asked = recording.name.flow.destination;
  const Endpoint& answers = now.headers.flow.source;
  if (now.space != recording.from_space || answers == asked || asked.ip.is_loopback()) return std::nullopt;
  Cause cause{"not-translated-back",
              "The answer comes from " + to_text(answers) + ", but " + to_text(asked) +
                  " was asked: the sender takes it for a stranger's.",
              {flow_text(now.headers) + " at " + place_text(recording, now.place())},
              {}};
  const auto bridge = bridge_between(recording, now.place(), answers.ip);
  if (!bridge) return cause;
  const std::string filter = filter_of_bridges(asked.ip.is_v4());
  const bool is_off = setting(recording, bridge->space, filter) == "0";
  if (!is_off && !has_no_setting(recording, bridge->space, filter)) return cause;
  cause.evidence.push_back("both ends are in the bridge " + place_text(recording, *bridge) +
                           ", and what crosses that alone is not translated: " +
                           (is_off ? setting_text(recording, bridge->space, filter)
                                   : "/proc/sys/" + filter + " is not there, without br_netfilter"));
  if (!is_off) cause.fixes.emplace_back("modprobe br_netfilter");
  cause.fixes.push_back(set_command(recording, bridge->space, filter, "1"));
  return cause;
}

}  // namespace podrun::packet
