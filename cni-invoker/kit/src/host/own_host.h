// A host for one check: fresh network, mount, pid, ipc and uts namespaces, whose pid 1 is ours, with files of its own
// (furnish.h) and lo up.
//
// What a plugin does by accident stays in it: what it starts, signals, mounts, writes or sets ends with the host.
// Clock, device nodes and raw memory of the machine are out of reach (they are no capabilities of what runs here); a
// plugin that means harm, as root, is not held.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "kit/src/host/furnish.h"

namespace cni::kit {

// What runs in it: `work` returns a text, which can be read from `report` once it has ended; end of file without a
// text: its process was killed. Killing `pid` ends everything in the host. To be reaped by the caller.
struct RunningHost {
  pid_t pid = -1;
  Fd report;
};
Result<RunningHost> start_in_own_host(const std::function<std::string(const OwnHost&)>& work);

}  // namespace cni::kit
