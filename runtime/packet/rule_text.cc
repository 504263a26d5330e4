#include "runtime/packet/rule_text.h"

#include <endian.h>
#include <netinet/in.h>
// Behind that: either has what the other has, and only this one looks.
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "base/netlink.h"

namespace podrun::packet {
namespace {

using base::NetlinkAttributes;

std::uint8_t family_number(const std::string& family) {
  return family == "ip"     ? NFPROTO_IPV4
         : family == "ip6"  ? NFPROTO_IPV6
         : family == "inet" ? NFPROTO_INET
                            : NFPROTO_BRIDGE;
}

base::NetlinkRequest ask_for(std::uint16_t message, const std::string& family, NetlinkAttributes attributes) {
  const nfgenmsg body{family_number(family), NFNETLINK_V0, 0};
  return {static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message), NLM_F_DUMP, base::netlink_body(body),
          std::move(attributes)};
}

std::string text_of_attribute(std::string_view bytes) { return std::string(bytes.substr(0, bytes.find('\0'))); }

std::string hook_text(std::uint32_t hook) {
  constexpr std::array kHooks{"prerouting", "input", "forward", "output", "postrouting"};
  return hook < kHooks.size() ? kHooks.at(hook) : "";
}

void read_hook(std::string_view attribute, Chain& chain) {
  base::each_nested_attribute(attribute, [&](int type, std::string_view bytes) {
    const std::uint32_t number = be32toh(base::netlink_number<std::uint32_t>(bytes));
    if (type == NFTA_HOOK_HOOKNUM) chain.hook = hook_text(number);
    if (type == NFTA_HOOK_PRIORITY) chain.priority = static_cast<int>(number);
  });
}

Result<std::vector<Chain>> chains_of(base::NetlinkSocket& socket, const std::string& family) {
  std::vector<Chain> chains;
  TRY(socket.exchange(ask_for(NFT_MSG_GETCHAIN, family, {}), [&](std::string_view answer) {
    Chain& chain = chains.emplace_back();
    chain.family = family;
    base::each_netlink_attribute(answer, sizeof(nfgenmsg), [&](int type, std::string_view bytes) {
      if (type == NFTA_CHAIN_TABLE) chain.table = text_of_attribute(bytes);
      if (type == NFTA_CHAIN_NAME) chain.name = text_of_attribute(bytes);
      if (type == NFTA_CHAIN_HOOK) read_hook(bytes, chain);
    });
  }));
  return chains;
}

Result<std::vector<std::uint64_t>> handles_of(base::NetlinkSocket& socket, const Chain& chain) {
  std::vector<std::uint64_t> handles;
  TRY(socket.exchange(
      ask_for(NFT_MSG_GETRULE, chain.family,
              NetlinkAttributes().add_text(NFTA_RULE_TABLE, chain.table).add_text(NFTA_RULE_CHAIN, chain.name)),
      [&](std::string_view answer) {
        base::each_netlink_attribute(answer, sizeof(nfgenmsg), [&](int type, std::string_view bytes) {
          if (type == NFTA_RULE_HANDLE) handles.push_back(be64toh(base::netlink_number<std::uint64_t>(bytes)));
        });
      }));
  return handles;
}

bool may_be_of_iptables(const Chain& chain) {
  constexpr std::array kTables{"filter", "nat", "mangle", "raw", "security"};
  return (chain.family == "ip" || chain.family == "ip6") &&
         std::find(kTables.begin(), kTables.end(), chain.table) != kTables.end();
}

// The texts of a chain's rules, each by its handle.
class ChainText {
 public:
  ChainText(const OpenSpace& space, base::NetlinkSocket& socket, const Chain& chain) {
    if (may_be_of_iptables(chain)) {
      const char* program = chain.family == "ip" ? "iptables-nft" : "ip6tables-nft";
      const auto listed = ask_program(space, {program, "-t", chain.table, "-S", chain.name});
      if (listed) by_place_ = rules_of_iptables(*listed);
      if (auto handles = handles_of(socket, chain)) handles_ = std::move(*handles);
      if (!by_place_.empty() && by_place_.size() == handles_.size()) return;
      by_place_.clear();  // it is nft's, or has changed between the two questions
    }
    nft_ = ask_program(space, {"nft", "-a", "list", "chain", chain.family, chain.table, chain.name}).value_or("");
  }

  std::string of(std::uint64_t handle) const {
    if (by_place_.empty()) return rule_of_nft(nft_, handle);
    const auto found = std::find(handles_.begin(), handles_.end(), handle);
    return found == handles_.end() ? "" : by_place_[static_cast<std::size_t>(found - handles_.begin())];
  }

 private:
  std::vector<std::string> by_place_;
  std::vector<std::uint64_t> handles_;
  std::string nft_;
};

using ChainKey = std::tuple<std::string, std::string, std::string>;

}  // namespace

std::vector<std::string> rules_of_iptables(const std::string& text) {
  std::vector<std::string> rules;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("-A ")) rules.push_back(line);
  return rules;
}

// "		ip saddr 10.0.0.0/8 accept # handle 7"; a chain's own line has a handle behind its brace.
std::string rule_of_nft(const std::string& text, std::uint64_t handle) {
  const std::string mark = " # handle " + std::to_string(handle);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.ends_with(mark)) continue;
    line.resize(line.size() - mark.size());
    if (line.ends_with('{')) continue;
    return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
  }
  return "";
}

Result<void> describe_rules(const OpenSpace& space, int place, Recording& into) {
  std::map<ChainKey, std::set<std::uint64_t>> met;
  for (const RuleEvent& event : into.events)
    if (event.space == place) met[{event.family, event.table, event.chain}].insert(event.handle);
  if (met.empty()) return {};
  auto socket = TRY(open_netlink_in(space, NETLINK_NETFILTER));
  std::map<std::string, std::vector<Chain>> known;
  for (const auto& [key, handles] : met) {
    const std::string& family = std::get<0>(key);
    if (!known.contains(family)) known[family] = TRY(chains_of(socket, family));
    const auto& chains = known[family];
    const auto chain = std::find_if(chains.begin(), chains.end(), [&](const Chain& one) {
      return ChainKey{one.family, one.table, one.name} == key;
    });
    if (chain == chains.end()) continue;  // it has gone meanwhile
    into.chains.push_back(*chain);
    into.chains.back().space = place;
    const ChainText text(space, socket, *chain);
    for (const std::uint64_t handle : handles)
      if (handle != 0) into.rules.push_back({place, chain->family, chain->table, chain->name, handle, text.of(handle)});
  }
  return {};
}

}  // namespace podrun::packet
