#include <algorithm>

#include "runtime/packet/causes.h"
#include "runtime/packet/legacy_rules.h"
#include "runtime/packet/picture_words.h"
#include "runtime/packet/saved_rules.h"

namespace podrun::packet {
namespace {

bool is_of_iptables(const Met& met) {
  constexpr std::string_view kTables[] = {"filter", "nat", "mangle", "raw", "security"};
  return std::ranges::find(kTables, met.table) != std::end(kTables) && (met.family == "ip" || met.family == "ip6") &&
         (met.text.starts_with("-A ") || (met.is_policy && met.chain == "FORWARD") ||
          (met.is_policy && (met.chain == "INPUT" || met.chain == "OUTPUT")));
}

std::string removal(const Met& met) {
  const std::string program = met.family == "ip6" ? "ip6tables" : "iptables";
  if (is_of_iptables(met) && met.is_policy) return program + " -t " + met.table + " -P " + met.chain + " ACCEPT";
  if (is_of_iptables(met)) return program + " -t " + met.table + " -D " + met.text.substr(3);
  const std::string chain = met.family + " " + met.table + " " + met.chain;
  if (met.is_policy) return "nft 'chain " + chain + " { policy accept; }'";
  return "nft delete rule " + chain + " handle " + std::to_string(met.handle);
}

// "DROP" of "-A FORWARD … -j DROP", or of "-P FORWARD DROP".
std::string verdict_of(const CountedRule& rule) {
  const auto words = words_of(rule.text);
  if (rule.text.starts_with("-P ")) return words.back();
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "-j") return words[i + 1];
  return "";
}

}  // namespace

Found dropped(const Recording& recording, const Leg& leg) {
  for (const Station& station : leg.stations)
    for (const Passage& passage : station.passages) {
      if (!passage.is_dropped()) continue;
      const Met& met = passage.met.back();
      const std::string chain = met.family + " " + met.table + " " + met.chain;
      Cause cause{met.is_policy ? "policy" : "rule", "", {}, {command_in(recording, station.space, removal(met))}};
      cause.text = std::string(met.is_policy ? "The policy of a chain" : "A rule") + " in " +
                   space_name(recording, station.space) + " drops " +
                   (leg.forward ? "it." : "the answer (" + leg.name + ").");
      if (met.text.find("REJECT") != std::string::npos || met.text.find("reject") != std::string::npos)
        cause.text = "A rule in " + space_name(recording, station.space) + " rejects " +
                     (leg.forward ? "it." : "the answer (" + leg.name + ").");
      cause.evidence = {passage.hook + ", " + chain + ": " +
                        (met.is_policy      ? "policy " + met.verdict
                         : met.text.empty() ? "a rule"
                                            : met.text)};
      return cause;
    }
  const auto now = whereabouts(recording, leg);  // none: nothing but who sent it
  if (leg.stations.empty() || leg.arrived || (now && now->link != 0 && now->direction == Direction::out))
    return std::nullopt;
  return dropped_by_legacy(recording, leg.stations.back().space, leg.forward, {"DROP", "REJECT"});
}

Found dropped_by_legacy(const Recording& recording, int space, bool forward, const std::vector<std::string>& verdicts) {
  for (const LegacyRules& rules : recording.legacy)
    for (const CountedRule& rule : rules.counted) {
      if (rules.space != space || !may_have_met(recording, rules, rule)) continue;
      const bool is_policy = rule.text.starts_with("-P ");
      const std::string verdict = verdict_of(rule);
      if (std::ranges::find(verdicts, verdict) == verdicts.end()) continue;
      const bool is_of_answer = !forward || (rule.chain == "OUTPUT" && space != recording.from_space);
      const std::string what = is_of_answer ? "the answer." : "it.";
      const std::string program = legacy_program(rules.family) + " -t " + rule.table;
      return Cause{
          is_policy ? "policy" : "rule",
          std::string(is_policy ? "The policy of a chain" : "A rule") + " of iptables-legacy in " +
              space_name(recording, space) + (verdict == "REJECT" ? " rejects " : " drops ") + what,
          {legacy_program(rules.family) + " " + rule.table + ": " + rule.text,
           "it has counted " + std::to_string(rule.grown) + " meanwhile, and the way ends there"},
          {command_in(recording, space,
                      is_policy ? program + " -P " + rule.chain + " ACCEPT" : program + " -D " + rule.text.substr(3))}};
    }
  return std::nullopt;
}

Found dropped_untraced(const Recording& recording, const Place& in) {
  for (const Hook& hook : recording.evidence.hooks)
    if (hook.space == in.space && hook.link == in.link)
      return Cause{"untraced-rule",
                   "Rules of " + place_text(recording, in) + " drop what comes in before any other rule sees it.",
                   {hook.text, "it was seen there, and neither further on nor by a rule"},
                   {command_in(recording, in.space, hook.removal)}};
  return std::nullopt;
}

}  // namespace podrun::packet
