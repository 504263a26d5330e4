// The way of a pod, from a plan to its running containers. take_down() is its inverse.
#pragma once

#include "runtime/plan/pod.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// `pod` has its plan, and gets its life; what is in it when this fails is what take_down() needs.
Result<void> stand_up(Host& host, const Box& box, const NewPod& decided, Pod& pod);

}  // namespace podrun
