#include "runtime/packet/nft_rules.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "runtime/packet/saved_rules.h"

namespace podrun::packet {
namespace {

// What has a name in a table, and what stands in its braces before any rule.
struct NftObject {
  std::string kind;  // "chain", "map", "ct helper"
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

std::vector<std::string> goals_in(const std::vector<std::string>& words) {
  std::vector<std::string> goals;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "jump" || words[i] == "goto") goals.push_back(words[i + 1]);
  return goals;
}

ListedRule nft_rule_of(const std::string& chain, const std::string& line, const About& about) {
  ListedRule rule;
  rule.chain = chain;
  rule.text = line;
  const auto words = bare_words_of(line);
  rule.own = is_about(words, about);
  rule.goals = goals_in(words);
  std::string mark;
  bool is_set = false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "mark") continue;
    is_set = is_set || words[i + 1] == "set";
    // "meta mark set mark | 0x2000", "meta mark & 0x2000 == 0x2000"
    for (std::size_t k = i + 1; k < words.size(); ++k)
      if (words[k].starts_with("0x")) mark = words[k];
  }
  (is_set ? rule.sets_mark : rule.asks_mark) = mark;
  return rule;
}

// Of "KIND NAME {".
NftObject nft_object_of(const std::vector<std::string>& words) {
  NftObject object;
  const std::size_t name = words.size() < 2 ? 0 : words.size() - 2;
  for (std::size_t i = 0; i < name; ++i) object.kind += (i == 0 ? "" : " ") + words[i];
  object.name = words[name];
  return object;
}

// As a rule asks for it.
std::string word_for(const NftObject& object) {
  const bool is_at = object.kind == "set" || object.kind == "map" || object.kind == "flowtable";
  return (is_at ? "@" : "") + object.name;
}

std::vector<std::string> words_within(const NftObject& object) {
  std::vector<std::string> words;
  for (const std::string& line : object.properties) std::ranges::move(bare_words_of(line), std::back_inserter(words));
  return words;
}

// A rule may leave it to a map where it leads to.
void add_goals_of_maps(const NftTable& table, ListedRule& rule) {
  const auto words = bare_words_of(rule.text);
  for (const NftObject& object : table.objects)
    if (object.kind == "map" && std::ranges::find(words, word_for(object)) != words.end())
      std::ranges::move(goals_in(words_within(object)), std::back_inserter(rule.goals));
}

// They have links of others, and what they do is done without them, more slowly.
void leave_out_flowtables(NftTable& table) {
  const auto is_one = [](const NftObject& object) { return object.kind == "flowtable"; };
  std::erase_if(table.rules, [&](const ListedRule& rule) {
    const auto words = bare_words_of(rule.text);
    return std::ranges::any_of(table.objects, [&](const NftObject& object) {
      return is_one(object) && std::ranges::find(words, word_for(object)) != words.end();
    });
  });
  std::erase_if(table.objects, is_one);
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
      object = &tables.back().objects.emplace_back(nft_object_of(words));
    } else if (line == "}") {
      object = nullptr;
    } else if (object != nullptr && object->kind == "chain" && words[0] != "type" && words[0] != "comment") {
      tables.back().rules.push_back(nft_rule_of(object->name, line, about));
    } else if (object != nullptr) {
      object->properties.push_back(line);
    }
  }
  for (NftTable& table : tables) {
    leave_out_flowtables(table);
    for (ListedRule& rule : table.rules) add_goals_of_maps(table, rule);
  }
  return tables;
}

// Chains that something shown is in or leads to, and what it asks for, or a map that it asks for has.
std::vector<NftObject> needed_objects(const NftTable& table) {
  std::set<std::string> chains;
  std::set<std::string> words;
  const auto note = [&words](const std::vector<std::string>& more) { words.insert(more.begin(), more.end()); };
  for (const ListedRule& rule : table.rules) {
    if (!rule.shown) continue;
    chains.insert(rule.chain);
    chains.insert(rule.goals.begin(), rule.goals.end());
    note(bare_words_of(rule.text));
  }
  for (const NftObject& object : table.objects)
    if (object.kind == "map" && words.contains(word_for(object))) note(words_within(object));
  std::vector<NftObject> needed;
  for (const NftObject& object : table.objects)
    if (object.kind == "chain" ? chains.contains(object.name) : words.contains(word_for(object)))
      needed.push_back(object);
  // A map may lead to chains, and have counters and their like, so those come first.
  std::ranges::stable_sort(needed, {}, [](const NftObject& object) {
    return object.kind == "chain" ? 0 : object.kind == "map" ? 3 : object.kind == "set" ? 2 : 1;
  });
  return needed;
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
    for (const NftObject& object : needed_objects(table)) {
      const std::string braces = in_braces(object.properties);
      commands.push_back("nft add " + object.kind + where + shell_word(object.name) +
                         (braces.empty() ? "" : " " + shell_word(braces)));
    }
    for (const ListedRule& rule : table.rules)
      if (rule.shown) commands.push_back("nft add rule" + where + shell_word(rule.chain) + " " + shell_word(rule.text));
  }
  return commands;
}

}  // namespace podrun::packet
