// Making the pod's processes: pause directly, a container through a short-lived process that joins pause's namespaces.
#pragma once

#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/shim/child.h"
#include "runtime/shim/protocol.h"

namespace podrun::shim {

// `pause` is the pidfd of the pod's pause, -1 while there is none. Descriptors are used up.
Result<Child> launch(const Launch& request, std::vector<Fd> fds, int pause);

}  // namespace podrun::shim
