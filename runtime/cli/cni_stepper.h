// Runs plugins by another runner, one step after another, and asks before and after each what is to be done.
#pragma once

#include <memory>
#include <string>

#include "cni/record.h"
#include "cni/runner.h"
#include "runtime/cli/console.h"

namespace podrun::cli {

// Asks on stdin and answers on `out`. Once its caller has given up, or stdin has ended, it asks no more: the ADD fails,
// and what follows (its DEL) goes on by itself.
class CniStepper final : public cni::Runner {
 public:
  CniStepper(std::shared_ptr<cni::Runner> runner, Output& out) : runner_(std::move(runner)), out_(out) {}

  Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override;
  Result<cni::RunOutcome> exec(const cni::RunRequest& request) override;

 private:
  enum class Wish { go_on, undo };
  // Asks until something is to go on, or back. `text`: what can be edited, stdin before and stdout after. An error:
  // given up, as nobody is there to ask.
  Result<Wish> ask(const std::string& when, const std::string& netns, bool can_undo, std::string& text);
  // Runs it, and tells what came of it.
  cni::kit::Recorded run(const std::string& step, const cni::RunRequest& request);
  // DEL of the plugin whose ADD that was, with its result.
  void take_back(const cni::RunRequest& added, const std::string& result);
  void say(const std::string& text);

  std::shared_ptr<cni::Runner> runner_;
  Output& out_;
  std::string typed_;  // of stdin, what is beyond the last line
  int step_ = 0;
  bool asks_ = true;
};

}  // namespace podrun::cli
