// podrun while a command of exec runs: its terminal relayed, its signals passed on.
#pragma once

#include "runtime/kernel/types.h"

namespace podrun {

// Gives the terminal behind `master` the size of ours; to be called before its program starts, which may look only
// once.
void match_size(int master);

// Until the process of `pidfd` has ended. SIGINT, SIGTERM, SIGHUP and SIGQUIT go to it. With a `master`, bytes go
// between it and our standard streams, our terminal is raw meanwhile (and as before afterwards), and its size follows
// ours. Input is read only when `interactive`.
Result<void> attend(int pidfd, Fd master, bool interactive);

}  // namespace podrun
