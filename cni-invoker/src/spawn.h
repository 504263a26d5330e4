// Starts a plugin's process. The one place with Boost.Process.
#pragma once

#include <sys/types.h>

#include "base/fd.h"
#include "base/result.h"
#include "cni/runner.h"

namespace cni {

// A started plugin: our ends of its pipes, and the process, which the caller must wait for.
struct Spawned {
  pid_t pid = -1;  // also its process group
  base::Fd pidfd;
  base::Fd input;  // non-blocking, as the next two
  base::Fd output;
  base::Fd errors;
};

// ETXTBSY is Kind::busy with that error number.
base::Result<Spawned> spawn(const RunRequest& request);

}  // namespace cni
