// Which rules of a firewall's table are about one network namespace, whoever's words they are in. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace podrun::packet {

// What names the namespace.
struct About {
  std::vector<std::string> ips;
  std::vector<std::string> words;  // whatever has them in it is about it
  std::vector<std::string> links;  // of the machine, by which it is reached
};

struct ListedRule {
  std::string chain;
  std::string text;                // as it is typed
  std::vector<std::string> goals;  // the chains that it leads to
  std::string sets_mark;
  std::string asks_mark;
  bool own = false;    // about the namespace: what it leads on to is, too
  bool shown = false;  // or leads there, or asks for a mark that such a rule sets
};

// Of a rule's words.
bool is_about(const std::vector<std::string>& words, const About& about);

// From those that are `own` already to all that is to be shown.
void choose(std::vector<ListedRule>& rules);

}  // namespace podrun::packet
