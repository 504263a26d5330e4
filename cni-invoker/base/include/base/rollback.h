// Undo steps, each registered above the step it undoes and idempotent, so that delete and recover can make the same calls.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace base {

class Rollback {
 public:
  using Undo = std::function<Result<void>()>;

  // `what` reads on after "could not": "remove cgroup".
  void add(std::string what, Undo undo) { steps_.push_back({std::move(what), std::move(undo)}); }

  // Runs every step, last first; a failing one does not stop the others. What failed comes back, in that order.
  std::vector<Error> run();

  // The work is done: nothing to undo any more.
  void dismiss() { steps_.clear(); }

 private:
  struct Step {
    std::string what;
    Undo undo;
  };
  std::vector<Step> steps_;
};

}  // namespace base
