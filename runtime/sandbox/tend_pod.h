// A pod looked after, once: what it needs next is decided (tend/next.h) and done, until nothing is due; then the pod's
// shim is told when to wake podrun again. Nothing stays between two looks but what is on record, so whoever is killed
// here is followed by another.
#pragma once

#include <string>

#include "runtime/sandbox/host.h"

namespace podrun {

// A step that fails is told to the host's `warn`, and leaves its reason on record. A pod that does not stand needs
// nothing.
Result<void> tend_pod(Host& host, const std::string& id);

}  // namespace podrun
