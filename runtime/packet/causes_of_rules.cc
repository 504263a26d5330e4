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

// What stands behind "-A" of a rule, for a shell: whoever has made the rule has written what is in it.
std::string specification(const std::string& rule) {
  const auto words = words_of(rule);
  return shell_line({words.begin() + 1, words.end()});
}

std::string removal(const Met& met) {
  const std::string program = met.family == "ip6" ? "ip6tables" : "iptables";
  if (is_of_iptables(met) && met.is_policy) return program + " -t " + met.table + " -P " + met.chain + " ACCEPT";
  if (is_of_iptables(met)) return program + " -t " + met.table + " -D " + specification(met.text);
  const std::string chain = met.family + " " + met.table + " " + met.chain;
  if (met.is_policy) return "nft 'chain " + chain + " { policy accept; }'";
  return "nft delete rule " + chain + " handle " + std::to_string(met.handle);
}

bool is_policy(const CountedRule& rule) { return rule.text.starts_with("-P "); }

// "DROP" of "-A FORWARD … -j DROP", or of "-P FORWARD DROP".
std::string verdict_of(const CountedRule& rule) {
  const auto words = words_of(rule.text);
  if (is_policy(rule)) return words.back();
  for (const SavedOption& option : options_of(words))
    if (option.name == "-j") return option.value;
  return "";
}

Cause legacy_cause(const Recording& recording, const LegacyRules& rules, const CountedRule& rule, Going going) {
  const std::string program = legacy_program(rules.family) + " -t " + rule.table;
  return {is_policy(rule) ? "policy" : "rule",
          std::string(is_policy(rule) ? "The policy of a chain" : "A rule") + " of iptables-legacy in " +
              space_name(recording, rules.space) + (verdict_of(rule) == "REJECT" ? " rejects " : " drops ") +
              (going == Going::there ? "it." : "the answer."),
          {legacy_program(rules.family) + " " + rule.table + ": " + rule.text,
           "it has counted " + std::to_string(rule.grown) + " meanwhile, and the way ends there"},
          {command_in(recording, rules.space,
                      is_policy(rule) ? program + " -P " + rule.chain + " ACCEPT"
                                      : program + " -D " + specification(rule.text))}};
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
  const int space = leg.stations.back().space;
  // Where it is to come to, its answer may have been dropped before any link.
  if (leg.forward && now && owns(recording, space, now->headers.flow.destination.ip))
    return dropped_by_legacy(recording, space, {Going::there, Going::back}, {"DROP", "REJECT"});
  return dropped_by_legacy(recording, space, {leg.forward ? Going::there : Going::back}, {"DROP", "REJECT"});
}

Found dropped_by_legacy(const Recording& recording, int space, const std::vector<Going>& ways,
                        const std::vector<std::string>& verdicts) {
  // A policy asks for nothing, and counts whatever no rule has taken: it comes last.
  for (const bool of_policies : {false, true})
    for (const Going going : ways)
      for (const LegacyRules& rules : recording.legacy)
        for (const CountedRule& rule : rules.counted)
          if (rules.space == space && is_policy(rule) == of_policies &&
              std::ranges::find(verdicts, verdict_of(rule)) != verdicts.end() &&
              may_have_met(recording, rules, rule, going))
            return legacy_cause(recording, rules, rule, going);
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
