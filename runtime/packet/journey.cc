#include "runtime/packet/journey.h"

#include <algorithm>
#include <map>

#include "runtime/packet/legs.h"
#include "runtime/packet/passages.h"

namespace podrun::packet {
namespace {

// The order in which the packet was there: by time, and within one namespace never against the order of its socket,
// since a bridge may pass on the time that its port has given.
std::vector<Sighting> in_order(const Recording& recording) {
  std::vector<Sighting> ordered;
  std::map<int, std::int64_t> last;
  for (const Sighting& sighting : recording.sightings) {
    ordered.push_back(sighting);
    std::int64_t& at = last[sighting.space];
    ordered.back().at = at = std::max(at, sighting.at);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& one, const auto& other) { return one.at < other.at; });
  return ordered;
}

bool arrives(const Sighting& sighting) { return sighting.direction != Direction::out; }

// Makes one leg of what was seen and traced of it.
class LegBuilder {
 public:
  LegBuilder(const Recording& recording, std::vector<Sighting> seen, std::vector<LegPassage> passages)
      : recording_(recording), seen_(std::move(seen)), passages_(std::move(passages)) {}

  Leg build(const LegName& name) {
    leg_.name = name.name;
    leg_.forward = name.forward;
    drop_what_was_sent_again();
    set_copies_aside();
    place_passages();
    if (seen_.empty()) add_ip_station(passages_.empty() ? recording_.from_space : passages_.front().space, 0);
    for (std::size_t i = 0; i < seen_.size(); ++i) add_with_ip(i);
    add_processes();
    return std::move(leg_);
  }

 private:
  // A SYN that nobody answers is sent once more, and ACKs look alike: the way is that of the first.
  void drop_what_was_sent_again() {
    const auto looks_like_first = [&](const Sighting& one) {
      const Sighting& first = seen_.front();
      return one.space == first.space && one.link == first.link && one.direction == first.direction &&
             one.headers.flow == first.headers.flow;
    };
    if (!seen_.empty()) seen_.erase(std::find_if(seen_.begin() + 1, seen_.end(), looks_like_first), seen_.end());
    for (auto at = passages_.begin(); at != passages_.end();) {
      const bool again = std::any_of(passages_.begin(), at, [&](const LegPassage& one) { return is_same(one, *at); });
      at = again ? passages_.erase(at) : at + 1;
    }
  }

  static bool is_same(const LegPassage& one, const LegPassage& other) {
    const Passage& a = one.passage;
    const Passage& b = other.passage;
    return one.space == other.space && a.hook == b.hook && a.in_link == b.in_link && a.out_link == b.out_link &&
           a.headers.flow == b.headers.flow && a.headers.ttl == b.headers.ttl &&
           a.met.front().family == b.met.front().family && a.met.front().table == b.met.front().table &&
           a.met.front().chain == b.met.front().chain;
  }

  // A bridge that does not know the way sends a copy to each port; those for another MAC end there.
  void set_copies_aside() {
    std::vector<Sighting> copies;
    for (const Sighting& one : seen_)
      if (one.direction == Direction::elsewhere && !is_bridge_port(recording_, one.space, one.link))
        copies.push_back(one);
    const auto leads_to_copy = [&](const Sighting& one) {
      const Link* link = one.direction == Direction::out ? find_link(recording_, one.space, one.link) : nullptr;
      return link != nullptr && std::any_of(copies.begin(), copies.end(), [&](const Sighting& copy) {
               return copy.space == link->peer_space && copy.link == link->peer && copy.to_mac == one.to_mac;
             });
    };
    for (auto at = seen_.begin(); at != seen_.end();) {
      const bool is_copy = at->direction == Direction::elsewhere && !is_bridge_port(recording_, at->space, at->link);
      if (!is_copy && !leads_to_copy(*at)) {
        ++at;
        continue;
      }
      leg_.aside.push_back(*at);
      at = seen_.erase(at);
    }
  }

  std::vector<std::size_t> seen_in(int space) const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (seen_[i].space == space) places.push_back(i);
    return places;
  }

  bool filters_bridged(int space, const Headers& headers) const {
    const Space& of = recording_.spaces.at(static_cast<std::size_t>(space));
    return headers.flow.source.ip.is_v4() ? of.filters_bridged_v4 : of.filters_bridged_v6;
  }

  // Whether br_netfilter ran the chains of IP on a frame that never left the bridge.
  bool stays_in_bridge(int space, const std::vector<std::size_t>& places) const {
    return std::none_of(places.begin(), places.end(), [&](std::size_t place) {
      const Link* link = find_link(recording_, space, seen_[place].link);
      return arrives(seen_[place]) && link != nullptr && link->kind == "bridge";
    });
  }

  // Each passage gets a slot: a number of sightings of its namespace that come before it.
  void place_passages() {
    std::map<int, std::size_t> passed;
    for (LegPassage& one : passages_) {
      const auto places = seen_in(one.space);
      std::size_t& slot = passed[one.space];
      const std::string& hook = one.passage.hook;
      slot = hook == "prerouting" || hook == "input" ? behind_arrival(one, places, slot)
                                                     : before_departure(one, places, slot);
      slots_[{one.space, slot}].push_back(std::move(one.passage));
    }
  }

  // Chains of family bridge are met on its ports, whichever way the frame takes.
  static bool is_of_bridge(const LegPassage& one) { return one.passage.met.front().family == "bridge"; }

  std::size_t behind_arrival(const LegPassage& one, const std::vector<std::size_t>& places, std::size_t from) const {
    const auto fits = [&](std::size_t k) {
      return k < places.size() && arrives(seen_[places[k]]) &&
             seen_[places[k]].headers.flow == one.passage.headers.flow;
    };
    const bool on_port =
        is_of_bridge(one) || (one.passage.hook == "prerouting" && filters_bridged(one.space, one.passage.headers));
    std::size_t k = from > 0 && fits(from - 1) ? from - 1 : from;
    while (k < places.size() && !fits(k)) ++k;
    if (k == places.size()) return from;
    while (fits(k + 1) && !(on_port && is_bridge_port(recording_, one.space, seen_[places[k]].link))) ++k;
    return k + 1;
  }

  std::size_t before_departure(const LegPassage& one, const std::vector<std::size_t>& places, std::size_t from) const {
    const bool is_bridged =
        is_of_bridge(one) ||
        (one.passage.hook != "output" && filters_bridged(one.space, one.passage.headers) && !places.empty() &&
         is_bridge_port(recording_, one.space, seen_[places.front()].link) && stays_in_bridge(one.space, places));
    for (std::size_t k = from; k < places.size(); ++k)
      if (!arrives(seen_[places[k]]) && (!is_bridged || is_bridge_port(recording_, one.space, seen_[places[k]].link)))
        return k;
    return places.size();
  }

  void add_ip_station(int space, std::size_t slot) {
    const auto found = slots_.find({space, slot});
    if (found == slots_.end()) return;
    Station& station = leg_.stations.emplace_back();
    station.space = space;
    station.layer = Layer::ip;
    station.passages = std::move(found->second);
    slots_.erase(found);
  }

  // What is in the slot before a sighting came right behind the sighting before that.
  void add_with_ip(std::size_t at) {
    const Sighting& here = seen_[at];
    const auto places = seen_in(here.space);
    const auto number = static_cast<std::size_t>(std::find(places.begin(), places.end(), at) - places.begin());
    if (number == 0) add_ip_station(here.space, 0);
    Station& station = leg_.stations.emplace_back();
    station.space = here.space;
    station.seen = here;
    const std::size_t before = leg_.stations.size();
    add_ip_station(here.space, number + 1);
    const bool goes_on = number + 1 < places.size();
    if (leg_.stations.size() == before && goes_on && is_routed(here, seen_[places[number + 1]])) {
      Station& routed = leg_.stations.emplace_back();
      routed.space = here.space;
      routed.layer = Layer::ip;
    }
  }

  // In here and out there, and no bridge has both.
  bool is_routed(const Sighting& in, const Sighting& out) const {
    const Link* from = find_link(recording_, in.space, in.link);
    const Link* to = find_link(recording_, out.space, out.link);
    if (!arrives(in) || arrives(out) || from == nullptr || to == nullptr) return false;
    const bool same_bridge =
        is_bridge_port(recording_, in.space, in.link) && (from->master == to->master || from->master == to->index);
    return !same_bridge;
  }

  void add_processes() {
    const bool sent_there = leg_.stations.empty() || leg_.stations.front().layer == Layer::ip ||
                            leg_.stations.front().seen.direction == Direction::out;
    if (sent_there && leg_.forward) {
      const int space = recording_.from_space;
      leg_.stations.insert(leg_.stations.begin(), process(space, what_sends()));
    }
    const Station& last = leg_.stations.back();
    leg_.arrived = (last.layer == Layer::link && arrives(last.seen)) ||
                   (last.layer == Layer::ip && !last.passages.empty() && last.passages.back().hook == "input" &&
                    !last.passages.back().is_dropped());
  }

  std::string what_sends() const {
    const std::string to = to_text(recording_.name.flow.destination);
    return leg_.name == "SYN" ? "connect() → " + to : leg_.name == "ACK" ? "the kernel's TCP" : "send() → " + to;
  }

  static Station process(int space, std::string says) {
    Station station;
    station.space = space;
    station.layer = Layer::process;
    station.says = std::move(says);
    return station;
  }

  const Recording& recording_;
  std::vector<Sighting> seen_;
  std::vector<LegPassage> passages_;
  std::map<std::pair<int, std::size_t>, std::vector<Passage>> slots_;
  Leg leg_;
};

// The name of a namespace without its kind: "pod web" is "web".
std::string short_name(const std::string& name) {
  const std::size_t space = name.find(' ');
  return space == std::string::npos ? name : name.substr(space + 1);
}

bool was_at(const Recording& recording, const Leg& leg, const std::string& place) {
  return std::any_of(leg.stations.begin(), leg.stations.end(), [&](const Station& station) {
    const std::string& space = recording.spaces.at(static_cast<std::size_t>(station.space)).name;
    return station.layer == Layer::link &&
           short_name(space) + "/" + link_name(recording, station.space, station.seen.link) == place;
  });
}

bool was_translated(const Leg& leg, const std::string& how) {
  const Headers* before = nullptr;
  const auto changed_to = [&](const Headers& now) {
    const auto changes = before == nullptr ? std::vector<std::string>{} : changes_between(*before, now, leg.forward);
    before = &now;
    return std::find(changes.begin(), changes.end(), how) != changes.end();
  };
  for (const Station& station : leg.stations) {
    if (station.layer == Layer::link && changed_to(station.seen.headers)) return true;
    for (const Passage& passage : station.passages)
      if (changed_to(passage.headers)) return true;
  }
  return false;
}

// Whether it is sent by who was asked, and by nobody on the way.
bool is_answer(const Leg& leg) {
  return !leg.forward && (!leg.name.starts_with("ICMP") || leg.name == "ICMP 3/3" || leg.name == "ICMP 1/4");
}

// Only what comes back says that a packet has come to a process: behind the last place that tells it may still be
// dropped.
void end_legs(const Recording& recording, Journey& journey) {
  const auto is_answered_from = [&](int space) {
    return std::any_of(journey.legs.begin(), journey.legs.end(), [&](const Leg& leg) {
      return is_answer(leg) && !leg.stations.empty() && leg.stations.front().space == space;
    });
  };
  for (Leg& leg : journey.legs) {
    const int space = leg.stations.back().space;
    leg.arrived = leg.arrived && leg.dropped_by() == nullptr &&
                  (leg.forward ? is_answered_from(space) : space == recording.from_space);
    if (!leg.arrived) continue;
    Station& end = leg.stations.emplace_back();
    end.space = space;
    end.layer = Layer::process;
    end.says = leg.forward ? "the receiver" : recording.outcome.word;
  }
}

}  // namespace

const Met* Leg::dropped_by() const {
  for (const Station& station : stations)
    for (const Passage& passage : station.passages)
      if (passage.is_dropped()) return &passage.met.back();
  return nullptr;
}

Journey journey_of(const Recording& recording) {
  const Legs legs(recording);
  const auto seen = in_order(recording);
  const auto passages = passages_of(recording, legs);
  // What was sent is a leg also where nothing saw it: it may wait for a neighbour, or have been dropped before any
  // link.
  std::vector<LegName> names;
  if (!recording.outcome.word.empty() && recording.outcome.word != "not sent")
    names.push_back({recording.name.transport == Transport::tcp ? "SYN" : "datagram", true});
  const auto note = [&](const LegName& name) {
    if (!name.name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const Sighting& one : seen) note(legs.of(one.headers));
  for (const LegPassage& one : passages) note(one.leg);
  Journey journey;
  for (const LegName& name : names) {
    std::vector<Sighting> of_leg;
    std::vector<LegPassage> traced;
    for (const Sighting& one : seen)
      if (legs.of(one.headers) == name) of_leg.push_back(one);
    for (const LegPassage& one : passages)
      if (one.leg == name) traced.push_back(one);
    Leg leg = LegBuilder(recording, std::move(of_leg), std::move(traced)).build(name);
    if (!leg.stations.empty()) journey.legs.push_back(std::move(leg));
  }
  end_legs(recording, journey);
  return journey;
}

std::vector<std::string> changes_between(const Headers& before, const Headers& now, bool forward) {
  std::vector<std::string> changes;
  const bool is_same_kind = before.protocol == now.protocol;
  if (is_same_kind && before.flow.source != now.flow.source) changes.emplace_back(forward ? "SNAT" : "DNAT undone");
  if (is_same_kind && before.flow.destination != now.flow.destination)
    changes.emplace_back(forward ? "DNAT" : "SNAT undone");
  if (before.ttl != now.ttl) changes.push_back("ttl " + std::to_string(before.ttl) + "→" + std::to_string(now.ttl));
  return changes;
}

bool has_expected(const Recording& recording, const Journey& journey, const std::string& expected) {
  if (expected == recording.outcome.word) return true;
  return std::any_of(journey.legs.begin(), journey.legs.end(), [&](const Leg& leg) {
    return leg.name == expected || was_at(recording, leg, expected) || was_translated(leg, expected);
  });
}

bool is_dropped_by(const Journey& journey, const std::string& rule) {
  return std::any_of(journey.legs.begin(), journey.legs.end(), [&](const Leg& leg) {
    const Met* by = leg.dropped_by();
    return by != nullptr && (by->text.find(rule) != std::string::npos || by->chain == rule || by->table == rule);
  });
}

}  // namespace podrun::packet
