// A pod of which there is a plan, and what goes with that besides: its networks as they are configured now.
#pragma once

#include "runtime/plan/pod.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// Without containers. Kind::not_found and invalid of its networks, busy where ports are taken.
Result<NewPod> decide_again(const Host& host, const PodPlan& pod);

}  // namespace podrun
