#include "runtime/packet/saved_rules.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

namespace podrun::packet {
namespace {

struct SavedRule {
  std::vector<std::string> words;  // behind "-A CHAIN"
  std::string chain;
  bool own = false;    // about the namespace: what it leads on to is, too
  bool shown = false;  // or leads there
};

struct SavedTable {
  std::string name;
  std::set<std::string> built_in;
  std::vector<SavedRule> rules;
};

std::vector<SavedTable> tables_of(const std::string& saved) {
  std::vector<SavedTable> tables;
  std::istringstream lines(saved);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> words = words_of(line);
    if (line.starts_with('*')) tables.push_back({line.substr(1), {}, {}});
    if (tables.empty() || words.size() < 2) continue;
    // ":CHAIN POLICY [PACKETS:BYTES]": only the kernel's own have a policy.
    if (line.starts_with(':') && words[1] != "-") tables.back().built_in.insert(words[0].substr(1));
    if (words[0] == "-A") {
      SavedRule rule;
      rule.chain = words[1];
      rule.words.assign(words.begin() + 2, words.end());
      tables.back().rules.push_back(std::move(rule));
    }
  }
  return tables;
}

// What stands behind one of the options; empty: it has none of them.
std::string behind(const SavedRule& rule, std::initializer_list<std::string_view> options) {
  for (std::size_t i = 0; i + 1 < rule.words.size(); ++i)
    if (std::find(options.begin(), options.end(), rule.words[i]) != options.end()) return rule.words[i + 1];
  return "";
}

std::string goal_of(const SavedRule& rule) { return behind(rule, {"-j", "-g"}); }

bool is_about(const SavedRule& rule, const std::vector<std::string>& ips, const std::vector<std::string>& words) {
  for (const std::string& word : rule.words) {
    for (const std::string& ip : ips)
      if (word == ip || word.starts_with(ip + "/") || word.starts_with(ip + ":") || word.starts_with("[" + ip + "]"))
        return true;
    for (const std::string& name : words)
      if (word.find(name) != std::string::npos) return true;
  }
  return false;
}

// Until nothing is added: each round goes one rule on, or back.
void choose(SavedTable& table) {
  for (bool more = true; more;) {
    more = false;
    std::set<std::string> led_to;
    std::set<std::string> marks;
    std::set<std::string> shown;
    for (const SavedRule& rule : table.rules) {
      if (rule.own) led_to.insert(goal_of(rule));
      if (rule.own) marks.insert(behind(rule, {"--set-xmark", "--set-mark"}));
      if (rule.shown) shown.insert(rule.chain);
    }
    marks.erase("");
    for (SavedRule& rule : table.rules) {
      const bool own = rule.own || led_to.contains(rule.chain);
      const bool is_shown =
          own || rule.shown || shown.contains(goal_of(rule)) || marks.contains(behind(rule, {"--mark"}));
      more = more || own != rule.own || is_shown != rule.shown;
      rule.own = own;
      rule.shown = is_shown;
    }
  }
}

}  // namespace

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  bool in_quotes = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (!in_quotes && std::isspace(static_cast<unsigned char>(c)) != 0) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == '"') {
      in_quotes = !in_quotes;
      continue;
    }
    if (in_quotes && c == '\\' && i + 1 < line.size()) c = line[++i];
    words.back() += c;
  }
  return words;
}

std::string shell_word(const std::string& word) {
  const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_./:@%+,=-!").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::vector<std::string> rules_by_hand(const std::string& program, const std::string& saved,
                                       const std::vector<std::string>& ips, const std::vector<std::string>& words) {
  std::vector<std::string> commands;
  for (SavedTable& table : tables_of(saved)) {
    for (SavedRule& rule : table.rules) rule.own = rule.shown = is_about(rule, ips, words);
    choose(table);
    const std::string begin = program + " -t " + shell_word(table.name);
    std::set<std::string> made = table.built_in;
    std::vector<std::string> added;
    for (const SavedRule& rule : table.rules) {
      if (!rule.shown) continue;
      if (made.insert(rule.chain).second) commands.push_back(begin + " -N " + shell_word(rule.chain));
      std::string& command = added.emplace_back(begin + " -A " + shell_word(rule.chain));
      for (const std::string& word : rule.words) command += " " + shell_word(word);
    }
    commands.insert(commands.end(), added.begin(), added.end());
  }
  return commands;
}

}  // namespace podrun::packet
