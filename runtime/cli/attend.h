// podrun while what it started, or is attached to, runs: its streams carried, its terminal sized, our signals told.
#pragma once

#include <csignal>
#include <functional>

#include "runtime/cli/relays.h"

namespace podrun::cli {

// For as long as it lives, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGCHLD come through its descriptor. To be
// made before anything is started, so that none is lost.
class Signals {
 public:
  static Result<Signals> take();
  Signals(Signals&&) = default;
  ~Signals();
  int fd() const { return fd_.get(); }

 private:
  Signals(Fd fd, const sigset_t& before) : fd_(std::move(fd)), before_(before) {}
  Fd fd_;  // empty: moved from
  sigset_t before_;
};

struct Attended {
  Relays streams;
  int end = -1;  // readable once it has ended: a pidfd, a connection
  Fd master;     // of its terminal, whose size follows ours; empty: it has none
  // SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGCHLD. True: seen to. False: we are asked to leave.
  std::function<bool(int signal)> take_signal;
  std::function<void()> input_has_ended;  // nothing more will come from our stdin; may be empty
};

// What made us leave before the end; neither: it has ended.
struct Left {
  bool by_keys = false;
  int by_signal = 0;
};

// Until it has ended, and all that it wrote before is passed on: for what its background processes write afterwards
// nobody waits. A stream whose bytes were lost is an error.
Result<Left> attend(Attended& attended, const Signals& signals);

}  // namespace podrun::cli
