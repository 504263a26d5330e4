// The node in which a lab is played, so that it changes nothing on the machine: a node like others, made and entered by
// the commands that a person has for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/context.h"
#include "runtime/kernel/program.h"
#include "runtime/lab/lab.h"

namespace podrun::cli {

class LabNode {
 public:
  static Result<LabNode> of(const Context& context, const std::string& lab);

  const std::string& name() const { return name_; }
  bool exists() const;
  Result<void> make() const;
  Result<void> remove() const;  // if it is there
  void remove_at_last() const;  // the same after an interruption, too; what fails is said

  // In the lab's directory, with podrun in PATH. What the command prints is stdout and stderr as they come, the last
  // 16 KiB, and is in `errors`.
  Result<ProgramEnd> run(const std::string& command) const;

  // How many steps of the page have been done in it; 0 where it is not there.
  Result<std::size_t> steps_done() const;
  Result<void> note_steps_done(std::size_t steps) const;

 private:
  Result<ProgramEnd> podrun(std::vector<std::string> words) const;
  Result<void> must(std::vector<std::string> words) const;

  Layout layout_{Directories()};
  std::string name_;
  std::vector<std::string> program_;  // this one, with its directories
  std::vector<std::string> shell_;    // in the node: it finds this podrun, and runs $1 in the lab's directory
};

// Of what the lab needs, the first command that fails; none where it can be played. An error where no command runs.
Result<std::optional<std::string>> lacking_for(const LabNode& node, const Lab& lab);

// "# ip netns", as a root shell shows what is typed, and behind it what was printed.
std::string typed(const std::string& command);

}  // namespace podrun::cli
