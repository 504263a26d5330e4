#include "runtime/packet/legacy_rules.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/files.h"
#include "runtime/packet/facts.h"
#include "runtime/packet/saved_rules.h"
#include "runtime/packet/whereabouts.h"

namespace podrun::packet {
namespace {

struct LegacyProgram {
  const char* family;
  const char* tables;
};
constexpr LegacyProgram kPrograms[] = {{"ip", "/proc/thread-self/net/ip_tables_names"},
                                       {"ip6", "/proc/thread-self/net/ip6_tables_names"}};

// Tables that somebody has asked for once, with or without rules in them.
std::vector<std::string> tables_in(const OpenSpace& space, const char* file) {
  std::vector<std::string> names;
  static_cast<void>(run_in(space, [&]() -> Result<void> {
    std::istringstream lines(TRY(base::read_file(file)));
    for (std::string name; lines >> name;) names.push_back(name);
    return {};
  }));
  return names;
}

// "[12:720]"
std::uint64_t packets_of(std::string_view word) {
  std::uint64_t count = 0;
  if (word.starts_with('[')) std::from_chars(word.data() + 1, word.data() + word.size(), count);
  return count;
}

bool is_same(const CountedRule& one, const CountedRule& other) {
  return one.table == other.table && one.chain == other.chain && one.text == other.text;
}

// Where rules that it met lead, of nftables or of these; what it has become there no link need have seen.
std::vector<Endpoint> targets_of(const Recording& recording) {
  std::vector<Endpoint> targets;
  const auto add = [&](const std::string& rule) {
    if (const auto target = dnat_target(rule)) targets.push_back(*target);
  };
  for (const RuleText& rule : recording.rules) add(rule.text);
  for (const LegacyRules& rules : recording.legacy)
    for (const CountedRule& rule : rules.counted) add(rule.text);
  return targets;
}

// What the packet and its answer had for addresses, or may have been given.
std::vector<Flow> flows_of(const Recording& recording) {
  std::vector<Flow> flows{recording.name.flow, recording.name.flow.reversed()};
  for (const Sighting& seen : recording.sightings) flows.push_back(seen.headers.flow);
  for (const RuleEvent& event : recording.events)
    if (event.headers) flows.push_back(event.headers->flow);
  const std::size_t seen = flows.size();
  for (const Endpoint& target : targets_of(recording))
    for (std::size_t i = 0; i < seen; ++i) {
      Flow flow = flows[i];
      flow.destination.ip = target.ip;
      if (target.port != 0) flow.destination.port = target.port;
      flows.push_back(flow);
    }
  return flows;
}

// "10.0.0.0/24"; a mask that is no length is not understood, and excludes nothing.
bool is_of(const base::IpAddress& ip, const std::string& network) {
  const std::size_t slash = network.find('/');
  return slash == std::string::npos ? address_of(network) == ip
                                    : network.find('.', slash) != std::string::npos || is_in_subnet(ip, network);
}

// "8080", "8000:8100"
bool is_port_of(std::uint16_t port, const std::string& range) {
  const std::size_t colon = range.find(':');
  const unsigned first = static_cast<unsigned>(std::strtoul(range.c_str(), nullptr, 10));
  const unsigned last =
      colon == std::string::npos ? first : static_cast<unsigned>(std::strtoul(range.c_str() + colon + 1, nullptr, 10));
  return port >= first && port <= last;
}

bool is_protocol_of(const Recording& recording, const std::string& protocol) {
  if (protocol == "tcp" || protocol == "udp")
    return (protocol == "tcp") == (recording.name.transport == Transport::tcp);
  const bool is_of_errors = protocol == "icmp" || protocol == "icmpv6" || protocol == "ipv6-icmp";
  return protocol == "all" || (is_of_errors && std::ranges::any_of(recording.sightings, [](const Sighting& seen) {
                                 return seen.headers.protocol == Protocol::icmp;
                               }));
}

// "veth+" are all that begin so.
bool came_in_by(const Recording& recording, int space, const std::string& name) {
  const auto is_meant = [&](int link) {
    const std::string its = link_name(recording, space, link);
    return name.ends_with('+') ? its.starts_with(name.substr(0, name.size() - 1)) : its == name;
  };
  return std::ranges::any_of(recording.sightings, [&](const Sighting& seen) {
    if (seen.space != space || seen.direction == Direction::out) return false;
    const Link* link = find_link(recording, space, seen.link);
    return is_meant(seen.link) || (link != nullptr && link->master != 0 && is_meant(link->master));
  });
}

}  // namespace

std::string legacy_program(const std::string& family) {
  return family == "ip6" ? "ip6tables-legacy" : "iptables-legacy";
}

LegacyCounts parse_legacy_rules(const std::string& family, const std::string& saved) {
  LegacyCounts counts;
  counts.family = family;
  std::string table;
  std::istringstream lines(saved);
  for (std::string line; std::getline(lines, line);) {
    const auto words = words_of(line);
    CountedRule rule;
    rule.table = table;
    if (line.starts_with('*')) {
      table = line.substr(1);
      continue;
    }
    if (line.starts_with(':') && words.size() >= 3 && words[1] != "-" && words[1] != "ACCEPT") {
      rule.chain = words[0].substr(1);
      rule.text = "-P " + rule.chain + " " + words[1];
      rule.grown = packets_of(words[2]);
    } else if (line.starts_with('[') && words.size() >= 3 && words[1] == "-A") {
      rule.chain = words[2];
      rule.text = line.substr(line.find(' ') + 1);
      rule.grown = packets_of(words[0]);
    } else {
      continue;
    }
    if (std::ranges::find(counts.tables, table) == counts.tables.end()) counts.tables.push_back(table);
    counts.rules.push_back(std::move(rule));
  }
  return counts;
}

std::vector<LegacyCounts> read_legacy_rules(const OpenSpace& space, std::vector<std::string>& missing) {
  std::vector<LegacyCounts> all;
  for (const LegacyProgram& program : kPrograms) {
    const auto tables = tables_in(space, program.tables);
    if (tables.empty()) continue;
    const auto saved = ask_program(space, {legacy_program(program.family) + "-save", "-c"});
    if (!saved) missing.push_back("rules of iptables-legacy in " + space.name + ": " + saved.error().what);
    LegacyCounts counts = parse_legacy_rules(program.family, saved ? *saved : "");
    if (!saved) counts.tables = tables;
    if (!counts.tables.empty()) all.push_back(std::move(counts));
  }
  return all;
}

LegacyRules legacy_rules_since(const std::vector<LegacyCounts>& before, const LegacyCounts& now, int place) {
  LegacyRules rules{place, now.family, now.tables, {}};
  for (const LegacyCounts& then : before) {
    if (then.family != now.family || !std::ranges::equal(then.rules, now.rules, is_same)) continue;
    for (std::size_t i = 0; i < now.rules.size(); ++i) {
      if (now.rules[i].grown <= then.rules[i].grown) continue;
      rules.counted.push_back(now.rules[i]);
      rules.counted.back().grown -= then.rules[i].grown;
    }
  }
  return rules;
}

bool may_have_met(const Recording& recording, const LegacyRules& rules, const CountedRule& rule) {
  const auto words = words_of(rule.text);
  const auto flows = flows_of(recording);
  return std::ranges::any_of(flows, [&](const Flow& flow) {
    if (flow.source.ip.is_v4() != (rules.family == "ip")) return false;
    for (std::size_t i = 2; i + 1 < words.size(); ++i) {  // behind "-A CHAIN"
      const std::string& option = words[i];
      const std::string& value = words[i + 1];
      if (option == "-j" || option == "-g") break;
      const bool is_met = option == "-s"        ? is_of(flow.source.ip, value)
                          : option == "-d"      ? is_of(flow.destination.ip, value)
                          : option == "--sport" ? is_port_of(flow.source.port, value)
                          : option == "--dport" ? is_port_of(flow.destination.port, value)
                          : option == "-p"      ? is_protocol_of(recording, value)
                          : option == "-i"      ? came_in_by(recording, rules.space, value)
                                                : words[i - 1] != "!";
      if (is_met == (words[i - 1] == "!")) return false;
    }
    return true;
  });
}

}  // namespace podrun::packet
