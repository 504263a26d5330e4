// Runs plugins by another runner, one step after another, and asks before and after each what is to be done; before and
// after those that they start by CNI_PATH, too.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cni/delegates.h"
#include "cni/runner.h"
#include "runtime/cli/console.h"

namespace podrun::cli {

// Asks on stdin and answers on `out`. Once its caller has given up, or stdin has ended, it asks no more: the ADD fails,
// and what follows (its DEL) goes on by itself.
class CniStepper final : public cni::Runner {
 public:
  // `helper`: of cni-kit-plugin, by which it sees what plugins start; empty: it does not.
  CniStepper(std::shared_ptr<cni::Runner> runner, const std::string& helper, Output& out);

  Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override;
  Result<cni::RunOutcome> exec(const cni::RunRequest& request) override;

 private:
  enum class Wish { go_on, undo };
  // Asks until something is to go on, or back. `text`: what can be edited, stdin before and stdout after. An error:
  // given up, as nobody is there to ask.
  Result<Wish> ask(const std::string& when, const std::string& netns, bool can_undo, std::string& text);
  // Of one plugin: shows what it is given, and returns what it is to be given. An error: it is not to be run.
  Result<std::string> before(const std::string& caller, const cni::RunRequest& request);
  // Tells what came of it, and returns what is to be taken for its stdout; nothing: it is to be run again.
  Result<std::optional<std::string>> after(const cni::RunRequest& request, const cni::kit::Recording& recording);
  void tell(const cni::kit::Recording& recording);
  // DEL of the plugin whose ADD that was, with its result.
  void take_back(const cni::RunRequest& added, const std::string& result);
  void say(const std::string& text);

  std::shared_ptr<cni::Runner> runner_, delegating_;
  Output& out_;
  std::string typed_;  // of stdin, what is beyond the last line
  int step_ = 0, step_within_ = 0;
  bool asks_ = true;
};

}  // namespace podrun::cli
