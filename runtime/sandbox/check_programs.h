// Whether what a pod's first containers are to run is in their images: known before anything is made.
#pragma once

#include "runtime/plan/pod.h"

namespace podrun {

// Of those containers that begin with the pod, so that it cannot be made without them. What a volume may bring is taken
// to be there. The error is that of the container's start: Kind::not_found.
Result<void> check_programs(const NewPod& pod);

}  // namespace podrun
