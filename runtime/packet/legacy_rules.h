// Rules of iptables-legacy. No trace tells which of them a packet met, but each counts: what has grown while one packet
// was under way, and may have been met by it.
#pragma once

#include <string>
#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// Of one namespace and version of IP, with all that they have counted so far in CountedRule::grown.
struct LegacyCounts {
  std::string family;
  std::vector<std::string> tables;
  std::vector<CountedRule> rules;
};

// "iptables-legacy", "ip6tables-legacy"
std::string legacy_program(const std::string& family);

// Of those versions of IP that have any there. Without the program that prints them their tables alone, and a line in
// `missing`.
std::vector<LegacyCounts> read_legacy_rules(const OpenSpace& space, std::vector<std::string>& missing);

// Of what `iptables-legacy-save -c` prints.
LegacyCounts parse_legacy_rules(const std::string& family, const std::string& saved);

// Nothing has counted where the rules themselves have changed in between.
LegacyRules legacy_rules_since(const std::vector<LegacyCounts>& before, const LegacyCounts& now, int place);

enum class Going { there, back };

// Whether the packet, or its answer, may be one of those that it counted: by the built-in chain that leads to it, and
// the addresses, ports and links that it asks for. What is not understood excludes nothing.
bool may_have_met(const Recording& recording, const LegacyRules& rules, const CountedRule& rule, Going going);

}  // namespace podrun::packet
