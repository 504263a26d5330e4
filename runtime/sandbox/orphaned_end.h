// The end of a pod that somebody has asked for, a delete or a stop, and who may be gone since: killed, interrupted, or
// cut off from its terminal.
#pragma once

#include <optional>

#include "runtime/plan/pod.h"
#include "runtime/sandbox/host.h"
#include "runtime/shim/client/client.h"

namespace podrun {

inline bool is_being_ended(const PodLife& life) {
  return life.deadline != 0 && (life.state == PodState::ready || life.state == PodState::stopping);
}

// Has the shim wake podrun a moment after the pod's deadline (alarm.h). It is asked before the record says that the pod
// is to end, so that whoever asked for that may be killed at any moment: in between, the pod is looked after that much
// later than it would have been. It answers once the lock is free, since a shim may be slow. One that cannot be asked so,
// of another build, is asked once more. Where it cannot be asked at all, whoever asked is the only one to finish the end,
// and `podrun recover`.
using AskedShim = std::optional<ShimClient>;
AskedShim ask_to_watch_over_end(const Host& host, const PodRecord& pod);
void watch_over_end(const Host& host, const PodRecord& pod, AskedShim asked);

// For who is woken, with the lock: once its containers have had their time, or have ended, and whoever asked has not
// gone on for two seconds, the pod is taken down as they would have done. Before that it is looked at again later.
Result<void> go_on_with_end(const Host& host, const Box& box, PodRecord pod,
                            const std::vector<LiveContainer>& containers);

}  // namespace podrun
