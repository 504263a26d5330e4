// Reads a command line by CLI11, with the grammar of kubectl's (https://pkg.go.dev/github.com/spf13/pflag): options and
// words in any order, --name VALUE or --name=VALUE, -n VALUE, -nVALUE or -n=VALUE, letters of switches together, and
// only words behind "--".
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

  // The same of a line that is still being typed, for completions: what may yet come is not missed. False where nothing
  // could make it right.
  bool read_so_far(const std::vector<std::string>& arguments);
  const Option* lacks_value_of() const { return lacking_; }  // what comes next is the value of this option
  bool may_take_option() const;
  bool is_in_rest() const;  // what comes next belongs to somebody else's command line
  const std::vector<std::string>& words() const { return words_; }

  // From podrun to the command that was named last.
  const std::vector<Command*>& chain() const { return chain_; }
  bool wants_help() const { return wants_help_; }

 private:
  class Reader;

  Result<void> finish();

  Context& context_;
  std::vector<Command*> chain_;
  std::deque<Command> named_;
  std::vector<std::string> words_;
  std::string required_;  // what is wrong as long as nothing more comes
  const Option* lacking_ = nullptr;
  bool only_words_ = false;
  bool wants_help_ = false;
};

}  // namespace podrun::cli
