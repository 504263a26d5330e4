// Work that goes on when the command that began it has ended.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "runtime/sandbox/host.h"

namespace podrun::cli {

class Detached {
 public:
  using Work = std::function<Result<void>(const Warn& warn)>;

  // Runs `work` in a process of a session of its own, with nothing of the caller's open. To be called while there is
  // one thread.
  static Result<Detached> start(const Work& work);

  // How it ended, and meanwhile its warnings; nothing when it is still at work after `limit`.
  std::optional<Result<void>> wait(std::chrono::milliseconds limit);

 private:
  explicit Detached(Fd reports) : reports_(std::move(reports)) {}
  std::optional<Result<void>> take_reports();

  Fd reports_;
  std::string unread_;  // of a report that has not come whole
};

}  // namespace podrun::cli
