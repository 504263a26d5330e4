// podrun's own standard streams, carried to and from those of a process in a container.
#pragma once

#include "runtime/cli/relay.h"

namespace podrun::cli {

// "2>&1": then one pipe for both keeps the order of what comes.
bool stdout_is_stderr();

struct Relays {
  Relay in, out, err;
};

// Each of the process's ends is non-blocking; an empty one is not carried. `terminal`: `in` is its master.
Relays relays_to(Fd in, Fd out, Fd err, bool terminal, DetachKeys keys = {});

}  // namespace podrun::cli
