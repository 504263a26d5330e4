// Making the pod's processes: pause directly, a container through a short-lived process that joins pause's namespaces.
#pragma once

#include <optional>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/shim/log_pump.h"
#include "runtime/shim/protocol.h"

namespace podrun::shim {

struct Child {
  pid_t pid = 0;
  Fd pidfd;
  std::string key;  // empty: pause
  std::optional<LogPump> log;
  std::string cgroup;  // ends with it; empty: whoever is in there is in its pid namespace, and ends with that
};

// `pause` is the pidfd of the pod's pause, -1 while there is none. Descriptors are used up.
Result<Child> launch(const Launch& request, std::vector<Fd> fds, int pause);

}  // namespace podrun::shim
