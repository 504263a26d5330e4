// Starts a plugin's process. The one place with Boost.Process.
#pragma once

#include <sys/types.h>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "cni/runner.h"

namespace cni {

// A started plugin: our ends of its pipes, and the process, which the caller must wait for.
struct Spawned {
  pid_t pid = -1;  // also its process group
  Fd pidfd;
  Fd input;  // non-blocking, as the next two
  Fd output;
  Fd errors;
};

// ETXTBSY is Kind::busy with that error number.
Result<Spawned> spawn(const RunRequest& request);

}  // namespace cni
