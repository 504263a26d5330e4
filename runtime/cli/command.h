// How a command says what may stand behind its name on the command line. parse.h reads it, help.h prints it; commands
// know neither.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::cli {

class Command;
class Context;

// A command that there is. It is set up only when it was named, so that an exec does not pay for its neighbours.
struct CommandEntry {
  std::string_view name;
  std::string_view summary;
  void (*set_up)(Command& command, Context& context);
};

// Values as they are typed. Kind::invalid says what was expected.
Result<void> take(std::string& value, const std::string& text);
Result<void> take(std::optional<std::string>& value, const std::string& text);
Result<void> take(std::vector<std::string>& value, const std::string& text);  // one more
Result<void> take(std::int64_t& value, const std::string& text);
Result<void> take(std::optional<std::uint32_t>& value, const std::string& text);
Result<void> take(bool& value, const std::string& text);  // true or false, as Go's strconv.ParseBool has them

// What could be typed, and what it means.
struct Candidate {
  std::string value;
  std::string meaning;
};

// "-o,--output FORMAT". Given twice, the last one counts, except where the value is a list.
class Option {
 public:
  using Set = std::function<Result<void>(const std::string& text)>;

  // `names`: "-o,--output", "-A,--all-namespaces" or "--tail". `takes`: empty for a switch, which then takes "=false".
  Option(std::string_view names, std::string_view takes, std::string_view help, Set set);

  Option& from(const char* variable) { return variable_ = variable, *this; }  // stands in where it is not given
  // One that ends in "=" has something behind it.
  Option& one_of(std::vector<std::string_view> values) { return values_ = std::move(values), *this; }
  Option& offers(std::function<std::vector<Candidate>()> find) {
    return offered_ = std::move(find), *this;
  }  // to shells
  Option& required() { return required_ = true, *this; }
  Option& shows(std::string fallback) { return fallback_ = std::move(fallback), *this; }  // in the help
  Option& split_at_commas() { return splits_ = true, *this; }

  char letter() const { return letter_; }  // 0: none
  std::string_view name() const { return name_; }
  std::string_view takes() const { return takes_; }
  std::string_view help() const { return help_; }
  const char* variable() const { return variable_; }
  const std::vector<std::string_view>& values() const { return values_; }
  std::vector<Candidate> candidates() const;
  const std::string& fallback() const { return fallback_; }
  bool is_switch() const { return takes_.empty(); }
  bool is_required() const { return required_; }
  bool splits() const { return splits_; }

  Result<void> give(const std::string& text);

 private:
  Result<void> give_one(const std::string& text);

  char letter_ = 0;
  std::string_view name_;
  std::string_view takes_;
  std::string_view help_;
  Set set_;
  const char* variable_ = nullptr;
  std::vector<std::string_view> values_;
  std::function<std::vector<Candidate>()> offered_;
  std::string fallback_;
  bool required_ = false;
  bool splits_ = false;
};

// What stands behind the options: names of pods, say.
struct Words {
  std::vector<std::string>* into = nullptr;
  std::string_view takes;  // "POD"; empty: none are taken
  std::string_view help;
  std::size_t least = 0;
  std::size_t most = 0;
};

class Command {
 public:
  static constexpr std::size_t kAny = static_cast<std::size_t>(-1);

  Command(std::string_view name, std::string_view summary) : name_(name), summary_(summary) {}

  template <class Value>
  Option& option(std::string_view names, Value& value, std::string_view takes, std::string_view help) {
    return option(
        names, [&value](const std::string& text) { return take(value, text); }, takes, help);
  }
  Option& option(std::string_view names, Option::Set set, std::string_view takes, std::string_view help) {
    return options_.emplace_back(names, takes, help, std::move(set));
  }
  Option& flag(std::string_view names, bool& value, std::string_view help) { return option(names, value, "", help); }

  void words(std::vector<std::string>& into, std::string_view takes, std::string_view help, std::size_t least = 0,
             std::size_t most = kAny) {
    words_ = {&into, takes, help, least, most};
  }
  // Everything behind "--", or behind the words once `complete` holds of them, is somebody else's command line. Without
  // `complete` there need not be any, and options may follow the words.
  void rest(std::vector<std::string>& into, std::string_view takes,
            std::function<bool(const std::vector<std::string>&)> complete = nullptr) {
    rest_ = &into;
    rest_takes_ = takes;
    words_complete_ = std::move(complete);
  }
  void group(std::span<const CommandEntry> commands) { commands_ = commands; }
  // What the command does; the exit code.
  void run(std::function<Result<int>()> action) { action_ = std::move(action); }

  std::string_view name() const { return name_; }
  std::string_view summary() const { return summary_; }
  std::deque<Option>& options() { return options_; }
  const std::deque<Option>& options() const { return options_; }
  const Words& words() const { return words_; }
  std::span<const CommandEntry> commands() const { return commands_; }
  const std::function<Result<int>()>& action() const { return action_; }

  std::vector<std::string>* rest() const { return rest_; }
  std::string_view rest_takes() const { return rest_takes_; }
  bool rest_needs_dashes() const { return !words_complete_; }
  bool rest_begins_behind(const std::vector<std::string>& words) const {
    return rest_ && words_complete_ && words_complete_(words);
  }

 private:
  std::string_view name_;
  std::string_view summary_;
  std::deque<Option> options_;  // their addresses stay
  Words words_;
  std::vector<std::string>* rest_ = nullptr;
  std::string_view rest_takes_;
  std::function<bool(const std::vector<std::string>&)> words_complete_;
  std::span<const CommandEntry> commands_;
  std::function<Result<int>()> action_;
};

}  // namespace podrun::cli
