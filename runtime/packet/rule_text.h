// The rules that were met, in the words of who wrote them: nftables knows a rule by its handle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// Appends to `into` the chains and rules that the events of that namespace name. Of rules that iptables made the text
// is iptables-nft's, of others nft's; empty where that program is not there.
Result<void> describe_rules(const OpenSpace& space, int place, Recording& into);

// The lines of `iptables -S CHAIN` that are rules, in their order.
std::vector<std::string> rules_of_iptables(const std::string& text);
// The same of `nft -a list chain`, for one handle; empty: it has none of that handle.
std::string rule_of_nft(const std::string& text, std::uint64_t handle);

}  // namespace podrun::packet
