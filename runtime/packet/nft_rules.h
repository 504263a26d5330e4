// What `nft -s list ruleset` prints, and which of it is about one network namespace. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/packet/rule_choice.h"

namespace podrun::packet {

using IsOthersTable = std::function<bool(const std::string& family, const std::string& table)>;

// As rules_by_hand (saved_rules.h), with what has a name and is asked for by those rules: sets, maps, counters and
// their like, but no flowtables. `is_others`: tables that another program keeps and prints, as iptables does.
std::vector<std::string> nft_rules_by_hand(const std::string& ruleset, const About& about,
                                           const IsOthersTable& is_others);

}  // namespace podrun::packet
