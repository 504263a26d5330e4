#include "runtime/packet/untraced.h"

#include <sstream>

namespace podrun::packet {
namespace {

std::string trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : line.substr(begin);
}

bool has_word(const std::string& text, const std::string& word) {
  std::istringstream words(text);
  for (std::string one; words >> one;)
    if (one == word || one == word + ";") return true;
  return false;
}

// "chain in { # handle 1" → "in"
std::string second_word(const std::string& line) {
  std::istringstream words(line);
  std::string first;
  std::string second;
  words >> first >> second;
  return second;
}

}  // namespace

std::vector<Hook> ingress_drops(const std::string& ruleset, const std::string& device) {
  std::vector<Hook> hooks;
  std::string table;  // "netdev own"
  std::string chain;
  bool is_meant = false;
  std::istringstream lines(ruleset);
  for (std::string whole; std::getline(lines, whole);) {
    const std::string line = trimmed(whole);
    const std::string where = table + " " + chain;
    if (line.starts_with("table ")) {
      table = line.substr(6, line.find(" {") - 6);
    } else if (line.starts_with("chain ")) {
      chain = second_word(line);
      is_meant = false;
    } else if (line.starts_with("type filter hook ingress")) {
      is_meant =
          line.find('"' + device + '"') != std::string::npos || has_word(line, device) || has_word(line, device + ",");
      if (is_meant && line.find("policy drop") != std::string::npos)
        hooks.push_back({0, 0, where + ": policy drop", "nft 'chain " + where + " { policy accept; }'"});
    } else if (const std::size_t handle = line.rfind(" # handle ");  // a comment may have the same words
               is_meant && handle != std::string::npos && has_word(line.substr(0, handle), "drop")) {
      hooks.push_back({0, 0, where + ": " + line.substr(0, handle),
                       "nft delete rule " + where + " handle " + line.substr(handle + 10)});
    }
  }
  return hooks;
}

// One filter is a line that begins with "filter", and the lines of its actions.
std::vector<Hook> filter_drops(const std::string& filters, const std::string& device) {
  std::vector<Hook> hooks;
  std::string filter;
  std::istringstream lines(filters);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("filter ")) filter = line;
    if (line.find("gact action drop") == std::string::npos) continue;
    std::istringstream words(filter);
    std::string preference;
    for (std::string word; words >> word;)
      if (word == "pref") words >> preference;
    hooks.push_back({0, 0, "tc " + filter.substr(0, filter.find(" chain ")) + ": action drop",
                     "tc filter del dev " + device + " ingress pref " + preference});
  }
  return hooks;
}

std::vector<Hook> untraced_rules(const OpenSpace& space, int place, const Link& link) {
  std::vector<Hook> hooks;
  const auto add = [&](std::vector<Hook> found) {
    for (Hook& hook : found) {
      hook.space = place;
      hook.link = link.index;
      hooks.push_back(std::move(hook));
    }
  };
  for (const char* family : {"netdev", "inet"})
    if (const auto ruleset = ask_program(space, {"nft", "-a", "list", "ruleset", family}))
      add(ingress_drops(*ruleset, link.name));
  if (const auto filters = ask_program(space, {"tc", "filter", "show", "dev", link.name, "ingress"}))
    add(filter_drops(*filters, link.name));
  return hooks;
}

}  // namespace podrun::packet
