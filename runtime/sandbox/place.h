// From where a pod is asked over the network.
#pragma once

#include "runtime/probe/question.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// Its network namespace and its first address. Kind::not_found where the pod does not stand.
Result<probe::Place> place_of(const PodRecord& pod);

}  // namespace podrun
