// Whether a pod still is what it was made to be.
#pragma once

#include "runtime/sandbox/host.h"

namespace podrun {

// Whether the networks are still as they were made. The error says of each attachment what is broken.
Result<void> check_pod(const Host& host, const PodRecord& pod);

}  // namespace podrun
