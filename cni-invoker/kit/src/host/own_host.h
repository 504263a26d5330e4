// A host for one check: fresh network, mount, pid, ipc and uts namespaces, whose pid 1 is ours.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni::kit {

// What runs in it: `work` returns a text, which can be read from `report` once it has ended; end of file without a
// text: its process was killed. Killing `pid` ends everything in the host. To be reaped by the caller.
struct RunningHost {
  pid_t pid = -1;
  Fd report;
};
Result<RunningHost> start_in_own_host(const std::function<std::string()>& work);

}  // namespace cni::kit
