// podrun while what it started, or is attached to, runs: its streams carried, its terminal sized, our signals told.
#pragma once

#include <functional>

#include "runtime/cli/relays.h"

namespace podrun::cli {

// From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGCHLD come through the descriptor. To be called before
// anything is started, so that none is lost.
Result<Fd> take_signals();

struct Attended {
  Relays streams;
  int end = -1;  // readable once it has ended: a pidfd, a connection
  Fd master;     // of its terminal, whose size follows ours; empty: it has none
  // SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGCHLD. True: seen to. False: we are asked to leave.
  std::function<bool(int signal)> take_signal;
};

// Until it has ended, and all that it wrote before is passed on: for what its background processes write afterwards
// nobody waits. Returns the signal that asked us to leave before that; 0 for none. A stream whose bytes were lost is an
// error.
Result<int> attend(Attended& attended, const Fd& signals);

}  // namespace podrun::cli
