// Whether a pod is whole: made, of this boot, with the two processes that hold it; and whether it may still be active.
#pragma once

#include "runtime/kernel/clock.h"
#include "runtime/store/store.h"

namespace podrun {

inline bool stands(const PodRecord& pod) { return pod.life.state == PodState::ready && sandbox_of(pod).lives(); }

// Kind::unsupported where its active deadline has passed, or it was evicted: whatever was started now would be ended at
// once.
inline Result<void> check_that_it_may_be_active(const PodRecord& pod) {
  if (!pod.life.evicted.empty())
    return Error{Kind::unsupported, 0,
                 "pod '" + pod.plan.who.name + "' was evicted: " + pod.life.evicted + " (delete it, and create it anew)"};
  if (const std::int64_t until = active_until(pod); until == 0 || wall_time() < until) return {};
  return Error{Kind::unsupported, 0,
               "pod '" + pod.plan.who.name + "' has had its activeDeadlineSeconds, " +
                   std::to_string(*pod.plan.active_deadline) + " from its creation on (delete it, and create it anew)"};
}

}  // namespace podrun
