#include "runtime/packet/nft_rules.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "runtime/packet/saved_rules.h"

namespace podrun::packet {
namespace {

// A chain, set or map: its name, and what stands in its braces before any rule.
struct NftObject {
  std::string kind;
  std::string name;
  std::vector<std::string> properties;
};

struct NftTable {
  std::string family;
  std::string name;
  std::vector<NftObject> objects;
  std::vector<ListedRule> rules;
};

// Without what separates them.
std::vector<std::string> bare_words_of(const std::string& line) {
  std::vector<std::string> words = words_of(line);
  for (std::string& word : words)
    while (word.ends_with(',') || word.ends_with(';')) word.pop_back();
  return words;
}

// How many braces it opens and does not close.
int open_braces(const std::string& line) {
  int open = 0;
  bool in_quotes = false;
  for (const char c : line) {
    if (c == '"') in_quotes = !in_quotes;
    if (!in_quotes) open += c == '{' ? 1 : c == '}' ? -1 : 0;
  }
  return open;
}

// Lines without their indentation. What has more elements than a line holds goes on in the next; a block's own line
// ends with its brace.
std::vector<std::string> whole_lines_of(const std::string& text) {
  std::vector<std::string> whole;
  int open = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (open > 0)
      whole.back() += " " + line;
    else
      whole.push_back(line);
    const bool is_block = open == 0 && line.ends_with('{');
    open = is_block ? 0 : std::max(0, open + open_braces(line));
  }
  return whole;
}

ListedRule nft_rule_of(const std::string& chain, const std::string& line, const About& about) {
  ListedRule rule;
  rule.chain = chain;
  rule.text = line;
  const auto words = bare_words_of(line);
  rule.own = is_about(words, about);
  std::string mark;
  bool is_set = false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "jump" || words[i] == "goto") rule.goals.push_back(words[i + 1]);
    if (words[i] != "mark") continue;
    is_set = is_set || words[i + 1] == "set";
    // "meta mark set mark | 0x2000", "meta mark & 0x2000 == 0x2000"
    for (std::size_t k = i + 1; k < words.size(); ++k)
      if (words[k].starts_with("0x")) mark = words[k];
  }
  (is_set ? rule.sets_mark : rule.asks_mark) = mark;
  return rule;
}

std::vector<NftTable> nft_tables_of(const std::string& ruleset, const About& about) {
  std::vector<NftTable> tables;
  NftObject* object = nullptr;
  for (const std::string& line : whole_lines_of(ruleset)) {
    const auto words = words_of(line);
    const bool begins = line.ends_with('{');
    if (begins && words[0] == "table" && words.size() >= 4) {
      tables.push_back({words[1], words[2], {}, {}});
      object = nullptr;
    } else if (tables.empty()) {
      continue;
    } else if (begins) {
      object = &tables.back().objects.emplace_back(NftObject{words[0], words[words.size() - 2], {}});
    } else if (line == "}") {
      object = nullptr;
    } else if (object != nullptr && object->kind == "chain" && words[0] != "type" && words[0] != "comment") {
      tables.back().rules.push_back(nft_rule_of(object->name, line, about));
    } else if (object != nullptr) {
      object->properties.push_back(line);
    }
  }
  return tables;
}

// What is asked for by "@NAME", or is a chain that something shown is in or leads to.
std::set<std::string> needed_names(const NftTable& table, const std::string& kind) {
  std::set<std::string> names;
  for (const ListedRule& rule : table.rules) {
    if (!rule.shown) continue;
    if (kind == "chain") {
      names.insert(rule.chain);
      names.insert(rule.goals.begin(), rule.goals.end());
    } else {
      for (const std::string& word : bare_words_of(rule.text))
        if (word.starts_with('@')) names.insert(word.substr(1));
    }
  }
  return names;
}

// "{ type ipv4_addr; flags interval; }"; empty: it has none.
std::string in_braces(const std::vector<std::string>& properties) {
  std::string text;
  for (const std::string& one : properties) text += " " + one + (one.ends_with(';') ? "" : ";");
  return text.empty() ? "" : "{" + text + " }";
}

}  // namespace

std::vector<std::string> nft_rules_by_hand(const std::string& ruleset, const About& about,
                                           const IsOthersTable& is_others) {
  std::vector<std::string> commands;
  for (NftTable& table : nft_tables_of(ruleset, about)) {
    if (is_others(table.family, table.name)) continue;
    choose(table.rules);
    if (std::ranges::none_of(table.rules, [](const ListedRule& rule) { return rule.shown; })) continue;
    const std::string where = " " + table.family + " " + shell_word(table.name) + " ";
    commands.push_back("nft add table " + table.family + " " + shell_word(table.name));
    // A map may lead to chains, so those come first.
    for (const std::string kind : {"chain", "set", "map"}) {
      const auto needed = needed_names(table, kind);
      for (const NftObject& object : table.objects) {
        if (object.kind != kind || !needed.contains(object.name)) continue;
        const std::string braces = in_braces(object.properties);
        commands.push_back("nft add " + kind + where + shell_word(object.name) +
                           (braces.empty() ? "" : " " + shell_word(braces)));
      }
    }
    for (const ListedRule& rule : table.rules)
      if (rule.shown) commands.push_back("nft add rule" + where + shell_word(rule.chain) + " " + shell_word(rule.text));
  }
  return commands;
}

}  // namespace podrun::packet
