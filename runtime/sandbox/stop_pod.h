// A pod stopped: nothing of it runs or is attached any more, and all that it has written stays, unless it was made to be
// removed at its end.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "runtime/sandbox/host.h"

namespace podrun {

// A pod that is stopped already is success. `grace_period`: empty for the pod's own; 0 kills at once. What could not be
// undone is in the error, and another stop, delete or recover goes on from there. A signal ends the wait for the
// containers, with EINTR.
Result<void> stop_pod(const Host& host, const std::string& id, std::optional<std::chrono::seconds> grace_period);

}  // namespace podrun
