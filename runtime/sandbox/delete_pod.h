// A pod ended and removed: in good order, or at once.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "runtime/sandbox/host.h"
#include "runtime/sandbox/pod_end.h"

namespace podrun {

struct DeleteOptions {
  std::optional<std::chrono::seconds> grace_period;  // empty: the pod's own; 0 kills at once
  // Ends a create that is under way, and removes our own objects even if plugins fail; what those leave is told by
  // `warn` and forgotten.
  bool force = false;
};

// Asks its containers to end, where they are given time. Kind::not_found when there is none of that id. What could not
// be undone is the end's error, and the record stays, so that another delete goes on from there. `host` outlives it.
Result<PodEnd> begin_delete(const Host& host, const std::string& id, const DeleteOptions& options);

// The whole of it, errors as above. A signal ends the wait for the containers, with EINTR, and no step of the way down.
Result<void> delete_pod(const Host& host, const std::string& id, const DeleteOptions& options);

}  // namespace podrun
