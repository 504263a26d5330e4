#include "runtime/packet/passages.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace podrun::packet {
namespace {

// Of a chain that has gone meanwhile, its name is all there is: iptables calls its base chains by their hooks.
std::string hook_of(const Recording& recording, const RuleEvent& event) {
  for (const Chain& chain : recording.chains)
    if (chain.space == event.space && chain.family == event.family && chain.table == event.table &&
        chain.name == event.chain)
      if (!chain.hook.empty()) return chain.hook;
  std::string name = event.chain;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::string text_of_rule(const Recording& recording, const RuleEvent& event) {
  for (const RuleText& rule : recording.rules)
    if (rule.space == event.space && rule.family == event.family && rule.table == event.table &&
        rule.chain == event.chain && rule.handle == event.handle)
      return rule.text;
  return "";
}

}  // namespace

// nftables repeats the headers at the beginning of each base chain, and only there.
std::vector<LegPassage> passages_of(const Recording& recording, const Legs& legs) {
  std::vector<LegPassage> passages;
  std::map<int, std::size_t> current;  // of each space
  for (const RuleEvent& event : recording.events) {
    if (event.headers) {
      current[event.space] = passages.size();
      LegPassage& begun = passages.emplace_back();
      begun.leg = legs.of(*event.headers);
      begun.space = event.space;
      begun.passage.hook = hook_of(recording, event);
      begun.passage.headers = *event.headers;
      begun.passage.in_link = event.in_link;
      begun.passage.out_link = event.out_link;
    }
    const auto found = current.find(event.space);
    // The end of a chain is told as a rule without a handle.
    if (found == current.end() || (event.what != "policy" && event.handle == 0)) continue;
    passages[found->second].passage.met.push_back({event.family, event.table, event.chain,
                                                   text_of_rule(recording, event), event.verdict,
                                                   event.what == "policy", event.mark, event.handle});
  }
  std::erase_if(passages, [](const LegPassage& one) { return one.leg.name.empty() || one.passage.met.empty(); });
  return passages;
}

}  // namespace podrun::packet
