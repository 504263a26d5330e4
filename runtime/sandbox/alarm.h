// When a pod's shim wakes podrun, which then looks after the pod (tend_pod.h).
#pragma once

#include "runtime/plan/pod.h"
#include "runtime/sandbox/host.h"
#include "runtime/shim/client/client.h"

namespace podrun {

// Whether anything is to be done for it once it stands: in a pod that stays for as long as it takes, whose containers
// all begin at once and are not made again, whatever ends is left as it is.
bool is_to_be_tended(const NewPod& pod);

// Whether something is due as soon as it stands.
bool is_anybody_asked(const NewPod& pod);

// When something is due where nothing happens before, as `when` below.
std::int64_t first_alarm(const NewPod& decided, const PodRecord& pod);

// Has the shim run `podrun system tend ID` whenever a container has ended, and at `when` (CLOCK_BOOTTIME, nanoseconds;
// 0: at no time).
Result<void> set_alarm(const Host& host, const PodPlan& pod, const Cgroup& cgroup, ShimClient& shim, std::int64_t when);

// Asks for it, and leaves the answer to be taken: shim.expect_alarm().
Result<void> ask_for_alarm(const Host& host, const PodPlan& pod, const Cgroup& cgroup, ShimClient& shim,
                           std::int64_t when);

// The same at once, for a pod whose shim may not know of it yet: whoever is woken waits for the pod's box.
Result<void> wake_at_once(const Host& host, const PodRecord& pod, ShimClient& shim);

}  // namespace podrun
