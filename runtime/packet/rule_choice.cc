#include "runtime/packet/rule_choice.h"

#include <algorithm>
#include <set>

namespace podrun::packet {
namespace {

bool is_address(const std::string& word, const std::string& ip) {
  return word == ip || word.starts_with(ip + "/") || word.starts_with(ip + ":") || word.starts_with("[" + ip + "]");
}

}  // namespace

bool is_about(const std::vector<std::string>& words, const About& about) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::any_of(about.ips, [&](const std::string& ip) { return is_address(word, ip); }) ||
           std::ranges::any_of(about.words, [&](const std::string& name) { return word.find(name) != word.npos; }) ||
           std::ranges::find(about.links, word) != about.links.end();
  });
}

// Until nothing is added: each round goes one rule on, or back.
void choose(std::vector<ListedRule>& rules) {
  for (ListedRule& rule : rules) rule.shown = rule.own;
  for (bool more = true; more;) {
    more = false;
    std::set<std::string> led_to;
    std::set<std::string> marks;
    std::set<std::string> shown;
    for (const ListedRule& rule : rules) {
      if (rule.own) led_to.insert(rule.goals.begin(), rule.goals.end());
      if (rule.own) marks.insert(rule.sets_mark);
      if (rule.shown) shown.insert(rule.chain);
    }
    marks.erase("");
    for (ListedRule& rule : rules) {
      const bool own = rule.own || led_to.contains(rule.chain);
      const bool is_shown =
          own || rule.shown || marks.contains(rule.asks_mark) ||
          std::ranges::any_of(rule.goals, [&](const std::string& goal) { return shown.contains(goal); });
      more = more || own != rule.own || is_shown != rule.shown;
      rule.own = own;
      rule.shown = is_shown;
    }
  }
}

}  // namespace podrun::packet
