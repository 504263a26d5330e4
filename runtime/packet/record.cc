#include "runtime/packet/record.h"

#include <sys/utsname.h>

#include <algorithm>
#include <set>

#include "base/interruption.h"
#include "runtime/kernel/clock.h"
#include "runtime/packet/connections.h"
#include "runtime/packet/counters.h"
#include "runtime/packet/headers.h"
#include "runtime/packet/legacy_rules.h"
#include "runtime/packet/probe.h"
#include "runtime/packet/rule_text.h"
#include "runtime/packet/taps.h"
#include "runtime/packet/timestamps.h"
#include "runtime/packet/trace_events.h"
#include "runtime/packet/trace_table.h"
#include "runtime/packet/world.h"

namespace podrun::packet {
namespace {

constexpr std::int64_t kMillisecond = kSecond / 1000;
constexpr std::int64_t kStill = 60 * kMillisecond;        // after an answer: what comes behind it, an ACK
constexpr std::int64_t kAnswer = 900 * kMillisecond;      // before TCP sends its SYN again (RFC 6298: a second)
constexpr std::int64_t kNeighbour = 3500 * kMillisecond;  // three questions a second apart, and the error

// Where and when neighbours were asked for, and nobody has told: the packet waits there.
bool waits_for_neighbour(const std::vector<Sighting>& sightings) {
  std::set<base::IpAddress> asked;
  for (const Sighting& sighting : sightings) {
    if (sighting.headers.protocol == Protocol::ask) asked.insert(sighting.headers.flow.destination.ip);
    if (sighting.headers.protocol == Protocol::tell) asked.erase(sighting.headers.flow.source.ip);
  }
  return !asked.empty();
}

// What is open while the packet is on its way.
class Watch {
 public:
  static Result<Watch> begin(const std::vector<OpenSpace>& spaces, const Name& name,
                             std::vector<std::string>& missing) {
    Watch watch(TRY(Taps::open(spaces, name)));
    for (std::size_t i = 0; i < spaces.size(); ++i) {
      auto events = TraceEvents::listen(spaces[i], static_cast<int>(i), name);
      auto table = events ? TraceTable::make(spaces[i], name, missing) : Result<TraceTable>(events.error());
      if (!table && table.error().kind == Kind::busy) return std::move(table).error();
      if (!table) {
        missing.push_back("rules in " + spaces[i].name + ": " + table.error().what);
        continue;
      }
      watch.events_.push_back(std::move(*events));
      watch.tables_.push_back(std::move(*table));
    }
    wait_for_timestamps();
    return watch;
  }

  Result<void> wait(const Probe& probe, std::int64_t nanoseconds) {
    std::vector<pollfd> polled{{base::interruption_fd(), POLLIN, 0},
                               {probe.events() != 0 ? probe.fd() : -1, probe.events(), 0}};
    taps_.add_to(polled);
    for (const TraceEvents& events : events_) events.add_to(polled);
    const auto milliseconds = static_cast<int>(nanoseconds / kMillisecond + 1);
    if (::poll(polled.data(), polled.size(), milliseconds) < 0 && errno != EINTR)
      return Error::system(errno, "wait for packets");
    probe_is_ready_ = polled[1].revents != 0;
    return base::check_interruption();
  }
  bool probe_is_ready() const { return probe_is_ready_; }

  Result<void> read(Recording& into) {
    TRY(taps_.read(into.sightings));
    for (TraceEvents& events : events_) is_whole_ = TRY(events.read(into.events)) && is_whole_;
    return {};
  }
  bool is_whole() const { return is_whole_; }

 private:
  explicit Watch(Taps taps) : taps_(std::move(taps)) {}

  Taps taps_;
  std::vector<TraceEvents> events_;
  std::vector<TraceTable> tables_;
  bool probe_is_ready_ = false;
  bool is_whole_ = true;
};

Result<void> follow(Probe& probe, Watch& watch, Recording& recording) {
  probe.send();
  std::int64_t last = boot_time();  // something new was seen
  const std::int64_t began = last;
  for (std::size_t seen = 0;;) {
    TRY(watch.read(recording));
    if (const std::size_t now = recording.sightings.size() + recording.events.size(); now != seen) {
      seen = now;
      last = boot_time();
    }
    const bool is_over = probe.is_over() || (probe.waits_for_data() && recording.name.transport == Transport::tcp &&
                                             is_data_acknowledged(recording));
    const std::int64_t until = is_over                                    ? last + kStill
                               : waits_for_neighbour(recording.sightings) ? began + kNeighbour
                                                                          : std::max(began, last) + kAnswer;
    const std::int64_t left = until - boot_time();
    if (left <= 0) return {};
    TRY(watch.wait(probe, left));
    if (watch.probe_is_ready()) {
      probe.go_on();
      last = boot_time();
    }
  }
}

// Neighbours are asked for all the time: those that this packet may have needed are asked by, or for, an address that
// it has, or that a link has which it was seen at.
void drop_other_neighbours(Recording& recording) {
  std::set<base::IpAddress> ours{recording.name.flow.source.ip, recording.name.flow.destination.ip};
  const auto add_link = [&](const Link& link) {
    for (const std::string& address : link.addresses)
      if (const auto ip = base::IpAddress::parse(address.substr(0, address.find('/')))) ours.insert(*ip);
  };
  for (const Link& link : recording.spaces.at(static_cast<std::size_t>(recording.from_space)).links) add_link(link);
  for (const Sighting& sighting : recording.sightings) {
    if (sighting.headers.protocol == Protocol::ask || sighting.headers.protocol == Protocol::tell) continue;
    ours.insert(sighting.headers.flow.source.ip);
    ours.insert(sighting.headers.flow.destination.ip);
    if (const Link* link = find_link(recording, sighting.space, sighting.link)) add_link(*link);
  }
  for (const RuleEvent& event : recording.events) {  // what it was translated to may have been seen by rules alone
    if (!event.headers) continue;
    ours.insert(event.headers->flow.source.ip);
    ours.insert(event.headers->flow.destination.ip);
  }
  std::erase_if(recording.sightings, [&](const Sighting& sighting) {
    const Headers& headers = sighting.headers;
    return (headers.protocol == Protocol::ask || headers.protocol == Protocol::tell) &&
           !ours.contains(headers.flow.source.ip) && !ours.contains(headers.flow.destination.ip);
  });
}

// As the packet came into the namespace, or was born there: what connection tracking has it by.
std::vector<Flow> flows_in(const Recording& recording, int space) {
  std::vector<Flow> flows;
  const auto add = [&](const Headers& headers) {
    const bool is_forward = recording.name.transport == Transport::udp
                                ? headers.has_cookie && headers.protocol == Protocol::udp
                                : headers.sequence == recording.name.sequence && headers.protocol == Protocol::tcp;
    if (is_forward && std::find(flows.begin(), flows.end(), headers.flow) == flows.end()) flows.push_back(headers.flow);
  };
  if (space == recording.from_space) flows.push_back(recording.name.flow);
  for (const RuleEvent& event : recording.events)
    if (event.space == space && event.headers) add(*event.headers);
  for (const Sighting& sighting : recording.sightings)
    if (sighting.space == space) add(sighting.headers);
  return flows;
}

// What has been counted in a namespace before.
struct Counted {
  Counts counters;
  std::vector<LegacyCounts> rules;
};

void look_afterwards(const std::vector<OpenSpace>& spaces, const std::vector<Counted>& before, Recording& recording) {
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    const int place = static_cast<int>(i);
    if (const auto described = describe_rules(spaces[i], place, recording); !described)
      recording.missing.push_back("texts of rules in " + spaces[i].name + ": " + described.error().what);
    if (const auto flows = flows_in(recording, place); !flows.empty()) {
      const auto found = find_connections(spaces[i], place, recording.name.transport, flows);
      if (found)
        recording.connections.insert(recording.connections.end(), found->begin(), found->end());
      else
        recording.missing.push_back("connections in " + spaces[i].name + ": " + found.error().what);
    }
    const auto grown = grown_since(before[i].counters, read_counts(spaces[i]), place);
    recording.counters.insert(recording.counters.end(), grown.begin(), grown.end());
    if (std::vector<std::string> said; !before[i].rules.empty())
      for (const LegacyCounts& now : read_legacy_rules(spaces[i], said))
        recording.legacy.push_back(legacy_rules_since(before[i].rules, now, place));
  }
}

}  // namespace

Result<Recording> record(const std::vector<OpenSpace>& spaces, const Question& question) {
  Recording recording;
  recording.from = question.from;
  recording.to = question.to;
  recording.from_space = question.from_space;
  recording.to_space = question.to_space;
  recording.published = question.published;
  if (utsname names{}; ::uname(&names) == 0) recording.kernel = names.release;
  recording.spaces = TRY(read_world(spaces));
  auto probe = TRY(Probe::prepare(spaces.at(static_cast<std::size_t>(question.from_space)), question.destination,
                                  question.transport, question.data, question.datagram));
  recording.name = probe.name();
  std::vector<Counted> before;
  for (const OpenSpace& space : spaces)
    before.push_back({read_counts(space), read_legacy_rules(space, recording.missing)});
  {
    auto watch = TRY(Watch::begin(spaces, recording.name, recording.missing));
    TRY(follow(probe, watch, recording));
    if (!watch.is_whole()) recording.missing.push_back("rules: more was traced than could be read");
  }
  recording.outcome = probe.outcome();
  if (recording.outcome.word.empty()) recording.outcome.word = "silent";
  drop_other_neighbours(recording);
  look_afterwards(spaces, before, recording);
  return recording;
}

}  // namespace podrun::packet
