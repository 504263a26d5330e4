// A pod stopped: nothing of it runs or is attached any more, and all that it has written stays, unless it was made to be
// removed at its end.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "runtime/sandbox/host.h"
#include "runtime/sandbox/pod_end.h"

namespace podrun {

// Asks its containers to end, where they are given time. A pod that is stopped already is success. `grace_period`: empty
// for the pod's own; 0 kills at once. What could not be undone is the end's error, and another stop, delete or recover
// goes on from there. `host` outlives it.
Result<PodEnd> begin_stop(const Host& host, const std::string& id,
                          std::optional<std::chrono::seconds> grace_period);

}  // namespace podrun
