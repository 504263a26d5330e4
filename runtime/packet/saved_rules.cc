#include "runtime/packet/saved_rules.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

namespace podrun::packet {
namespace {

struct SavedTable {
  std::string name;
  std::set<std::string> built_in;
  std::set<std::string> others;
  std::vector<ListedRule> rules;
};

// What stands behind one of the names; empty: it has none of them.
std::string behind(const std::vector<SavedOption>& options, std::initializer_list<std::string_view> names) {
  for (const SavedOption& option : options)
    if (std::find(names.begin(), names.end(), option.name) != names.end()) return option.value;
  return "";
}

// Whose value may begin as an option does.
bool has_free_text(const std::string& option) {
  constexpr std::string_view kNames[] = {"--comment", "--string", "--hex-string", "--log-prefix", "--nflog-prefix"};
  return std::ranges::find(kNames, option) != std::end(kNames);
}

// Of "-A CHAIN …".
ListedRule rule_of(const std::vector<std::string>& words, const About& about) {
  ListedRule rule;
  rule.chain = words[1];
  rule.text = shell_line({words.begin() + 2, words.end()});
  const auto options = options_of(words);
  rule.goals = {behind(options, {"-j", "-g"})};
  rule.sets_mark = behind(options, {"--set-xmark", "--set-mark"});
  rule.asks_mark = behind(options, {"--mark"});
  rule.own = is_about(words, about);
  return rule;
}

std::vector<SavedTable> tables_of(const std::string& saved, const About& about) {
  std::vector<SavedTable> tables;
  std::istringstream lines(saved);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> words = words_of(line);
    if (line.starts_with('*')) tables.push_back({line.substr(1), {}, {}, {}});
    if (tables.empty() || words.size() < 2) continue;
    // ":CHAIN POLICY [PACKETS:BYTES]": only the kernel's own have a policy.
    if (line.starts_with(':'))
      (words[1] == "-" ? tables.back().others : tables.back().built_in).insert(words[0].substr(1));
    if (words[0] == "-A") tables.back().rules.push_back(rule_of(words, about));
  }
  return tables;
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

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

std::vector<SavedOption> options_of(const std::vector<std::string>& words) {
  std::vector<SavedOption> options;
  bool is_negated = false;
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i].starts_with('-')) {
      SavedOption& option = options.emplace_back(SavedOption{words[i], "", is_negated});
      const bool is_last = i + 1 == words.size();
      if (!is_last && (has_free_text(words[i]) || (!words[i + 1].starts_with('-') && words[i + 1] != "!")))
        option.value = words[++i];
      is_negated = false;
    } else {
      is_negated = words[i] == "!";
    }
  }
  return options;
}

std::vector<std::string> rules_by_hand(const std::string& program, const std::string& saved, const About& about) {
  std::vector<std::string> commands;
  for (SavedTable& table : tables_of(saved, about)) {
    choose(table.rules);
    const std::string begin = program + " -t " + shell_word(table.name);
    std::set<std::string> made = table.built_in;
    const auto make = [&](const std::string& chain) {
      if (made.insert(chain).second) commands.push_back(begin + " -N " + shell_word(chain));
    };
    std::vector<std::string> added;
    for (const ListedRule& rule : table.rules) {
      if (!rule.shown) continue;
      make(rule.chain);
      for (const std::string& goal : rule.goals)
        if (table.others.contains(goal)) make(goal);  // which may be empty
      added.push_back(begin + " -A " + shell_word(rule.chain) + " " + rule.text);
    }
    commands.insert(commands.end(), added.begin(), added.end());
  }
  return commands;
}

bool has_saved_table(const std::string& saved, const std::string& name) {
  return ("\n" + saved).find("\n*" + name + "\n") != std::string::npos;
}

}  // namespace podrun::packet
