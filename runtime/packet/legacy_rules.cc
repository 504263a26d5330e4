#include "runtime/packet/legacy_rules.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>
#include <sstream>

#include "base/files.h"
#include "runtime/packet/facts.h"
#include "runtime/packet/legs.h"
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

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

// "MINE" of "-A FORWARD -j MINE"; empty: it has none.
std::string goal_of(const CountedRule& rule) {
  for (const SavedOption& option : options_of(words_of(rule.text)))
    if (option.name == "-j" || option.name == "-g") return option.value;
  return "";
}

// A packet in a namespace, as one of its chains may have seen it.
struct Passer {
  Flow flow;
  Going going = Going::there;
  bool is_routed = true;  // false: before a rule that has surely changed its destination
};

// How rules of a namespace change destinations. What is dropped at once no link has seen with its new one.
struct Translations {
  std::vector<Endpoint> sure;      // of nftables: it has met them
  std::vector<Endpoint> possible;  // of these
  bool is_unknown = false;         // and it may have become something else
};

Translations translations_in(const Recording& recording, int space) {
  Translations found;
  const auto add = [&](const std::string& rule, std::vector<Endpoint>& targets) {
    constexpr std::string_view kOthers[] = {"DNAT", "REDIRECT", "TPROXY", "dnat", "redirect", "tproxy"};
    if (const auto target = dnat_target(rule))
      targets.push_back(*target);
    else if (const auto words = words_of(rule); std::ranges::find_first_of(words, kOthers) != words.end())
      found.is_unknown = true;
  };
  for (const RuleText& rule : recording.rules)
    if (rule.space == space) add(rule.text, found.sure);
  for (const LegacyRules& rules : recording.legacy)
    if (rules.space == space)
      for (const CountedRule& rule : rules.counted) add(rule.text, found.possible);
  return found;
}

Flow translated(Flow flow, const Endpoint& target) {
  flow.destination.ip = target.ip;
  if (target.port != 0) flow.destination.port = target.port;
  return flow;
}

// The packet there, and its answers: those that came in, and those that nothing but its rules may have seen.
std::vector<Passer> passers_of(const Recording& recording, int space, const Translations& translations) {
  const Legs legs(recording);
  std::vector<Flow> there;
  std::vector<Passer> passers;
  if (space == recording.from_space) there.push_back(recording.name.flow);
  for (const Sighting& seen : recording.sightings) {
    const LegName leg = legs.of(seen.headers);
    if (seen.space != space || seen.direction == Direction::out || leg.name.empty()) continue;
    if (leg.forward)
      there.push_back(seen.headers.flow);
    else
      passers.push_back({seen.headers.flow, Going::back});
  }
  for (const RuleEvent& event : recording.events)
    if (event.space == space && event.headers)
      if (const LegName leg = legs.of(*event.headers); leg.forward && !leg.name.empty())
        there.push_back(event.headers->flow);
  for (const Flow& flow : there) {
    std::vector<Flow> routed;
    for (const Endpoint& target : translations.sure) routed.push_back(translated(flow, target));
    if (routed.empty())
      routed.push_back(flow);
    else
      passers.push_back({flow, Going::there, false});
    for (const Endpoint& target : translations.possible) routed.push_back(translated(flow, target));
    for (const Flow& one : routed) {
      passers.push_back({one});
      passers.push_back({one.reversed(), Going::back});
    }
  }
  return passers;
}

bool is_of_space(const Recording& recording, int space, const base::IpAddress& ip) {
  const auto& links = space_at(recording, space).links;
  return ip.is_loopback() ||
         std::ranges::any_of(links,
                             [&](const Link& link) {
                               return std::ranges::any_of(
                                   link.addresses, [&](const std::string& one) { return address_of(one) == ip; });
                             }) ||
         std::ranges::any_of(recording.evidence.routes, [&](const Route& route) {
           return route.space == space && route.destination == ip && route.local;
         });
}

bool is_built_in(const std::string& chain) {
  constexpr std::string_view kChains[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
  return std::ranges::find(kChains, chain) != std::end(kChains);
}

// The built-in chains that lead to a rule, by rules that have counted too; none: it is not known.
std::set<std::string> starts_of(const LegacyRules& rules, const CountedRule& rule) {
  std::set<std::string> chains{rule.chain};
  for (std::size_t before = 0; before != chains.size();) {
    before = chains.size();
    for (const CountedRule& other : rules.counted)
      if (other.table == rule.table && chains.contains(goal_of(other))) chains.insert(other.chain);
  }
  std::erase_if(chains, [](const std::string& chain) { return !is_built_in(chain); });
  return chains;
}

// INPUT is of what ends in the namespace, OUTPUT of what it has sent, and FORWARD of what is neither.
bool comes_through(const Recording& recording, int space, const std::string& chain, const Passer& passer,
                   bool is_unknown) {
  const bool is_there = passer.going == Going::there;
  const bool is_senders = space == recording.from_space;
  const bool is_sent = is_there ? is_senders : is_of_space(recording, space, passer.flow.source.ip);
  const bool ends = is_there ? is_of_space(recording, space, passer.flow.destination.ip) : is_senders;
  if (chain == "OUTPUT") return is_sent;
  if (chain == "PREROUTING") return true;
  if (!passer.is_routed) return false;
  if (chain == "INPUT") return ends || is_unknown;
  return chain != "FORWARD" || (!is_sent && (!ends || is_unknown));
}

// Whether a match holds; none: it is not understood.
using Holds = std::optional<bool>;

// "10.0.0.0/24"; a mask may be no length.
Holds is_of(const base::IpAddress& ip, const std::string& network) {
  const std::size_t slash = network.find('/');
  const auto address = address_of(network);
  if (!address || (slash != std::string::npos && !is_number(network.substr(slash + 1)))) return std::nullopt;
  return slash == std::string::npos ? *address == ip : is_in_subnet(ip, network);
}

// "8080", "8000:8100"
Holds is_port_of(std::uint16_t port, const std::string& range) {
  const std::size_t colon = range.find(':');
  const std::string first = range.substr(0, colon);
  const std::string last = colon == std::string::npos ? first : range.substr(colon + 1);
  if (!is_number(first) || !is_number(last)) return std::nullopt;
  return port >= std::strtoul(first.c_str(), nullptr, 10) && port <= std::strtoul(last.c_str(), nullptr, 10);
}

// Those that have no name on a machine are numbers.
bool is_protocol_of(const Recording& recording, const std::string& protocol) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, protocol) != names.end();
  };
  if (is_one_of({"all", "0"})) return true;
  if (is_one_of({"icmp", "1", "icmpv6", "ipv6-icmp", "58"}))
    return std::ranges::any_of(recording.sightings,
                               [](const Sighting& seen) { return seen.headers.protocol == Protocol::icmp; });
  return recording.name.transport == Transport::tcp ? is_one_of({"tcp", "6"}) : is_one_of({"udp", "17"});
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

// Without its "!".
Holds match_of(const Recording& recording, int space, const Flow& flow, const SavedOption& option) {
  if (option.name == "-s") return is_of(flow.source.ip, option.value);
  if (option.name == "-d") return is_of(flow.destination.ip, option.value);
  if (option.name == "--sport") return is_port_of(flow.source.port, option.value);
  if (option.name == "--dport") return is_port_of(flow.destination.port, option.value);
  if (option.name == "-p") return is_protocol_of(recording, option.value);
  if (option.name == "-i") return came_in_by(recording, space, option.value);
  return std::nullopt;
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

bool may_have_met(const Recording& recording, const LegacyRules& rules, const CountedRule& rule, Going going) {
  const auto options = options_of(words_of(rule.text));
  const auto starts = starts_of(rules, rule);
  const Translations translations = translations_in(recording, rules.space);
  return std::ranges::any_of(passers_of(recording, rules.space, translations), [&](const Passer& passer) {
    const bool comes = starts.empty() || std::ranges::any_of(starts, [&](const std::string& chain) {
                         return comes_through(recording, rules.space, chain, passer, translations.is_unknown);
                       });
    return passer.going == going && passer.flow.source.ip.is_v4() == (rules.family == "ip") && comes &&
           std::ranges::none_of(options, [&](const SavedOption& option) {
             return match_of(recording, rules.space, passer.flow, option) == option.is_negated;
           });
  });
}

}  // namespace podrun::packet
