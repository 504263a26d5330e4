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

// Whether it looks odd because its record is another one by now: who saved it and let go of the lock, or ended the pod,
// between our reading the one and asking for the other looks as if somebody had died. To be looked at again.
bool has_moved_on(const Store& store, const LivePod& pod);

}  // namespace podrun::cli
