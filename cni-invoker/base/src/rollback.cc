#include "base/rollback.h"

namespace base {

std::vector<Error> Rollback::run() {
  std::vector<Error> failures;
  while (!steps_.empty()) {
    const Step step = std::move(steps_.back());
    steps_.pop_back();
    if (auto undone = step.undo(); !undone) failures.push_back(std::move(undone).error().in(step.what));
  }
  return failures;
}

}  // namespace base
