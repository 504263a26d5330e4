// A pod's record beside what the kernel says of it now.
#pragma once

#include <string>
#include <vector>

#include "runtime/store/store.h"

namespace podrun::cli {

struct LivePod {
  PodRecord record;
  Phase phase = Phase::unknown;
  std::vector<LiveContainer> containers;
  bool shim_alive = false;
  bool pause_alive = false;
  pid_t lock_holder = 0;  // who is creating or deleting it; 0: nobody

  // One word for a table and a sentence for a person, where the phase alone leaves one guessing; else empty.
  std::string reason;
  std::string message;
};

LivePod look_at(const Store& store, Pod pod);

// Whether its record is another one by now. Who saved it and let go of the lock between our reading the one and asking
// for the other looks as if it had died; so where that is told, it is looked at again.
bool has_moved_on(const Store& store, const LivePod& pod);

}  // namespace podrun::cli
