// Sleeps until a log grew or was renewed, its container ended, or nobody reads our output any more: inotify, a pidfd,
// poll. Where the user's inotify instances or watches are used up (128 instances by default) it looks five times a
// second.
#pragma once

#include <string>

#include "runtime/kernel/process.h"
#include "runtime/kernel/types.h"

namespace podrun::cli {

class LogWait {
 public:
  enum class Event { grew, ended, reader_gone };

  // `container`: empty or gone already is an immediate `ended`.
  static Result<LogWait> on(const std::string& path, const ProcessId& container);

  Result<Event> next();
  // After `ended`: true when the log grew within the limit. The shim may still be writing what it took from the pipes.
  Result<bool> grows_within(int limit_ms);

 private:
  LogWait(Fd inotify, Fd process) : inotify_(std::move(inotify)), process_(std::move(process)) {}
  void drain();

  Fd inotify_;  // of the log's directory; none: looks from time to time
  Fd process_;
};

}  // namespace podrun::cli
