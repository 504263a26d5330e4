// Starting a plugin: its pipes, and its process. spawn.cc is the one place with Boost.Process.
#pragma once

#include <sys/types.h>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "cni/runner.h"
#include "keeper.h"

namespace cni {

// A started plugin: who keeps it, and our ends of its pipes.
struct Spawned {
  Keeper keeper;
  Fd input;  // non-blocking, as the next two
  Fd output;
  Fd errors;
};

// ETXTBSY is Kind::busy with that error number.
Result<Spawned> spawn(const RunRequest& request);

}  // namespace cni
