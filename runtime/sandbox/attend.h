// podrun while a command of exec runs: its streams carried, its signals passed on.
#pragma once

#include "runtime/sandbox/exec_streams.h"

namespace podrun {

// From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGCHLD come through the descriptor. To be called before
// the command is started, so that none is lost.
Result<Fd> take_signals();

struct Attended {
  pid_t between = 0;  // a child of ours that is not the command: who cloned it, and ends early
  int pidfd = -1;
  int signals = -1;
  int master = -1;  // of its terminal, whose size follows ours; -1: it has none
};

// Until the command has ended; returns its wait status. SIGINT, SIGTERM, SIGHUP and SIGQUIT go to it. All that it wrote
// before its end is passed on; for what background processes of it write afterwards nobody waits.
Result<int> attend(const Attended& command, ExecStreams streams);

}  // namespace podrun
