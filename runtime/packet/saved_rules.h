// What `iptables-save` prints, and which of it is about one network namespace. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/packet/rule_choice.h"

namespace podrun::packet {

// The words of a line in which what has blanks stands in double quotes.
std::vector<std::string> words_of(std::string_view line);
// For a shell: in quotes where it is more than plain.
std::string shell_word(const std::string& word);
// Each word so, with a blank between them.
std::string shell_line(const std::vector<std::string>& words);

// "! -d 10.0.0.0/24" of a rule.
struct SavedOption {
  std::string name;
  std::string value;  // the first of several; empty: it has none
  bool is_negated = false;
};

// Of "-A CHAIN …". What a person has written into a comment is a value, and no option.
std::vector<SavedOption> options_of(const std::vector<std::string>& words);

// The commands that make the rules about a namespace anew, with the chains that lead there, what those rules lead on
// to, and the rules that ask for a mark that they set. `program`: "iptables" or "ip6tables".
std::vector<std::string> rules_by_hand(const std::string& program, const std::string& saved, const About& about);

bool has_saved_table(const std::string& saved, const std::string& name);

}  // namespace podrun::packet
