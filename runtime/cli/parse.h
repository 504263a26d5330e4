// Reads a command line, with the grammar of kubectl's (https://pkg.go.dev/github.com/spf13/pflag): options and words in
// any order, --name VALUE or --name=VALUE, -n VALUE, -nVALUE or -n=VALUE, letters of switches together, and only words
// behind "--".
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "runtime/cli/command.h"

namespace podrun::cli {

class CommandLine {
 public:
  // Options of `root` hold for every command. Sets up the commands that are named.
  CommandLine(Command& root, Context& context) : context_(context), chain_{&root} {}

  // Kind::invalid: one line that says what is wrong, what may have been meant, and where to read on.
  Result<void> read(const std::vector<std::string>& arguments);

  // From podrun to the command that was named last.
  const std::vector<Command*>& chain() const { return chain_; }
  bool wants_help() const { return wants_help_; }

 private:
  Result<void> read_all(const std::vector<std::string>& arguments);
  Result<void> word(const std::string& text);
  Result<void> long_option(std::string_view text);
  Result<void> letters(std::string_view text);
  Result<void> give(Option& option, const std::string& typed, const std::string& value);
  Result<std::string> value_behind(const Option& option, const std::string& typed);
  Result<void> finish();
  Option* find(const std::function<bool(const Option&)>& is) const;
  Error unknown_option(const std::string& typed) const;

  Context& context_;
  std::vector<Command*> chain_;
  std::deque<Command> named_;
  const std::vector<std::string>* arguments_ = nullptr;
  std::size_t next_ = 0;  // argument
  std::vector<std::string> words_;
  bool wants_help_ = false;
};

}  // namespace podrun::cli
