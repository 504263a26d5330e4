#include "runtime/cli/selector.h"

#include <algorithm>
#include <utility>

namespace podrun::cli {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '/';
}

}  // namespace

// Recursive descent without the recursion: every rule is one function, and each leaves `rest_` after what it read.
class Selector::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  Result<std::vector<Requirement>> parse() {
    std::vector<Requirement> requirements;
    skip_spaces();
    if (rest_.empty()) return requirements;
    do {
      requirements.push_back(TRY(requirement()));
    } while (take(","));
    if (!rest_.empty()) return unexpected();
    return requirements;
  }

 private:
  Result<Requirement> requirement() {
    if (take("!=")) return unexpected();
    if (take("!")) return Requirement{TRY(key()), Operator::absent, {}};
    std::string name = TRY(key());
    if (take("==") || take("=")) return Requirement{std::move(name), Operator::in, {word()}};
    if (take("!=")) return Requirement{std::move(name), Operator::not_in, {word()}};
    if (rest_.empty() || rest_.front() == ',') return Requirement{std::move(name), Operator::exists, {}};
    const std::string op = word();
    if (op != "in" && op != "notin") return unexpected();
    return Requirement{std::move(name), op == "in" ? Operator::in : Operator::not_in, TRY(values())};
  }

  Result<std::string> key() {
    std::string name = word();
    if (name.empty()) return unexpected();
    return name;
  }

  Result<std::vector<std::string>> values() {
    if (!take("(")) return unexpected();
    std::vector<std::string> all;
    do {
      all.push_back(word());
    } while (take(","));
    if (!take(")")) return unexpected();
    return all;
  }

  std::string word() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_word_character);
    std::string text(rest_.begin(), end);
    rest_.remove_prefix(text.size());
    skip_spaces();
    return text;
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    skip_spaces();
    return true;
  }

  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  Error unexpected() const {
    const std::string where = rest_.empty() ? "it ends too early" : "unexpected '" + std::string(rest_) + "'";
    return {Kind::invalid, 0, "read the selector '" + std::string(text_) + "': " + where};
  }

  std::string_view text_;
  std::string_view rest_;
};

Result<Selector> Selector::parse(std::string_view text) {
  Selector selector;
  selector.requirements_ = TRY(Parser(text).parse());
  return selector;
}

bool Selector::matches(const std::map<std::string, std::string>& labels) const {
  return std::all_of(requirements_.begin(), requirements_.end(), [&](const Requirement& wanted) {
    const auto label = labels.find(wanted.key);
    const bool there = label != labels.end();
    const auto is_one_of_values = [&] {
      return there && std::find(wanted.values.begin(), wanted.values.end(), label->second) != wanted.values.end();
    };
    switch (wanted.op) {
      case Operator::in:
        return is_one_of_values();
      case Operator::not_in:
        return !is_one_of_values();
      case Operator::exists:
        return there;
      case Operator::absent:
        return !there;
    }
    return false;
  });
}

}  // namespace podrun::cli
