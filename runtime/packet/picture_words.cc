#include "runtime/packet/picture_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>

#include "base/joined.h"
#include "runtime/packet/legacy_rules.h"

namespace podrun::packet {
namespace {

std::string in_capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string hexadecimal(std::uint32_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%x", number);
  return text.data();
}

// A jump, a return and the end of a chain lead on: the packet is as it was.
bool decides(const Met& met) {
  if (met.is_policy) return met.verdict != "accept";
  return met.verdict == "accept" || met.verdict == "drop" || met.verdict == "queue" || met.verdict == "stolen";
}

std::string met_text(const Met& met) {
  const std::string chain = (met.family == "bridge" ? "bridge " : "") + met.table + " " + met.chain;
  if (met.is_policy) return chain + ": policy " + met.verdict;
  if (met.text.empty()) return chain + ": a rule: " + met.verdict;
  // iptables' texts name their chain; who jumps or accepts says so.
  return met.text.starts_with("-A ") ? met.table + ": " + met.text : chain + ": " + met.text;
}

// The first departure behind the station, in its namespace: where the routing decision led to.
const Station* departure_behind(const Leg& leg, std::size_t station) {
  for (std::size_t i = station + 1; i < leg.stations.size(); ++i) {
    const Station& next = leg.stations[i];
    if (next.space != leg.stations[station].space) return nullptr;
    if (next.layer == Layer::link) return next.seen.direction == Direction::out ? &next : nullptr;
  }
  return nullptr;
}

bool is_behind_route(const std::string& hook) { return hook == "forward" || hook == "postrouting" || hook == "input"; }

}  // namespace

std::string space_name(const Recording& recording, int space) {
  return recording.spaces.at(static_cast<std::size_t>(space)).name;
}

std::string headline(const Recording& recording) {
  const Outcome& outcome = recording.outcome;
  std::string line = recording.from + " → " + recording.to + " by ";
  line += recording.name.transport == Transport::tcp ? "TCP: " : "UDP: ";
  line += outcome.word;
  if (outcome.error_number != 0) line += std::string(" (") + ::strerrordesc_np(outcome.error_number) + ")";
  return line;
}

std::string flow_text(const Headers& headers) {
  return to_text(headers.flow.source) + " → " + to_text(headers.flow.destination);
}

std::string time_text(const Recording& recording, const Sighting& seen) {
  return "+" + std::to_string((seen.at - recording.outcome.began) / 1000) + " µs";
}

std::string link_text(const Recording& recording, int space, int index) {
  const std::string name = link_name(recording, space, index);
  const Link* link = find_link(recording, space, index);
  if (link != nullptr && link->kind == "bridge") return name + " (bridge)";
  if (is_bridge_port(recording, space, index))
    return name + " (port of " + link_name(recording, space, link->master) + ")";
  return name;
}

std::vector<IpLine> ip_lines(const Recording& recording, const Leg& leg, std::size_t at, bool all) {
  const Station& station = leg.stations[at];
  std::vector<IpLine> lines;
  bool is_routed = false;
  const auto route = [&] {
    if (const Station* next = departure_behind(leg, at); next != nullptr && !is_routed)
      lines.push_back({"ROUTE", "dev " + link_name(recording, next->space, next->seen.link)});
    is_routed = true;
  };
  for (const Passage& passage : station.passages) {
    if (passage.hook == "input") is_routed = true;
    if (is_behind_route(passage.hook)) route();
    for (const Met& met : passage.met) {
      if (!all && !decides(met)) continue;
      std::string what = met_text(met);
      if (all && !met.is_policy) what += "  [" + met.verdict + "]";
      if (all && met.mark != 0) what += "  mark " + hexadecimal(met.mark);
      lines.push_back({in_capitals(passage.hook), std::move(what)});
    }
  }
  if (lines.empty())
    for (const Passage& passage : station.passages)
      if (lines.empty() || lines.back().step != in_capitals(passage.hook))
        lines.push_back({in_capitals(passage.hook), "no rule decides"});
  if (station.passages.empty() || !station.passages.back().is_dropped()) route();
  return lines;
}

std::string end_text(const Recording& recording, const Leg& leg) {
  if (leg.arrived) return "";
  for (const Station& station : leg.stations)
    for (const Passage& passage : station.passages)
      if (passage.is_dropped())
        return "dropped in " + space_name(recording, station.space) + " by " + met_text(passage.met.back());
  const auto last = std::find_if(leg.stations.rbegin(), leg.stations.rend(),
                                 [](const Station& station) { return station.layer == Layer::link; });
  if (last == leg.stations.rend()) return "left by no link";
  return std::string("last seen ") + (last->seen.direction == Direction::out ? "leaving " : "coming into ") +
         space_name(recording, last->space) + " by " + link_name(recording, last->space, last->seen.link);
}

std::vector<std::string> connection_lines(const Recording& recording) {
  std::vector<std::string> lines;
  for (const Connection& connection : recording.connections) {
    if (connection.original.reversed() == connection.reply) continue;
    const auto text = [](const Flow& flow) { return to_text(flow.source) + " → " + to_text(flow.destination); };
    lines.push_back(space_name(recording, connection.space) + " remembers " + text(connection.original) +
                    ", answered by " + text(connection.reply));
  }
  return lines;
}

std::vector<std::string> neighbour_lines(const Recording& recording) {
  std::set<base::IpAddress> told;
  std::map<base::IpAddress, const Sighting*> asked;  // by whom first: a bridge's ports repeat it
  for (const Sighting& seen : recording.sightings) {
    if (seen.headers.protocol == Protocol::tell) told.insert(seen.headers.flow.source.ip);
    if (seen.headers.protocol != Protocol::ask || seen.direction != Direction::out) continue;
    const Sighting*& first = asked[seen.headers.flow.destination.ip];
    if (first == nullptr || seen.at < first->at) first = &seen;
  }
  std::vector<std::string> lines;
  for (const auto& [ip, first] : asked)
    if (!told.contains(ip))
      lines.push_back(space_name(recording, first->space) + " asks for the MAC of " + ip.to_text() + " by " +
                      link_name(recording, first->space, first->link) + ", and nobody tells");
  return lines;
}

std::vector<std::string> legacy_lines(const Recording& recording) {
  std::vector<std::string> lines;
  for (const LegacyRules& rules : recording.legacy) {
    const std::string where = space_name(recording, rules.space) + ": ";
    lines.push_back(where + "rules of " + legacy_program(rules.family) + " (" + base::joined(rules.tables, ", ") +
                    ") are there, and not shown: the kernel traces those of nftables alone");
    for (const CountedRule& rule : rules.counted)
      if (may_have_met(recording, rules, rule, Going::there) || may_have_met(recording, rules, rule, Going::back))
        lines.push_back(where + "counted meanwhile by " + legacy_program(rules.family) + " " + rule.table + ": " +
                        rule.text);
  }
  return lines;
}

std::vector<std::string> missing_lines(const Recording& recording) {
  std::vector<std::string> lines;
  for (const std::string& missing : recording.missing) lines.push_back("not looked at: " + missing);
  return lines;
}

std::string lines_below(const Recording& recording) {
  std::string text;
  for (const auto& lines :
       {connection_lines(recording), neighbour_lines(recording), legacy_lines(recording), missing_lines(recording)})
    for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t has = width_of(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

std::string joined_changes(const std::vector<std::string>& changes) { return base::joined(changes, " · "); }

}  // namespace podrun::packet
