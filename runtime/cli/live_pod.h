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
  std::string node;       // what this machine is called
  pid_t lock_holder = 0;  // who is creating or deleting it; 0: nobody

  // One word for a table and a sentence for a person, where the phase alone leaves one guessing; else empty.
  std::string reason;
  std::string message;
};

inline constexpr const char* kDeadlineExceeded =
    "DeadlineExceeded";  // the reason of a pod that was active for too long

LivePod look_at(const Store& store, Pod pod);

// The same, and what looks odd because it changes meanwhile is looked at again: who saved the record and let go of the
// lock, or ended the pod, between our reading the one and asking for the other looks as if somebody had died.
// Kind::not_found where it is gone by now.
Result<LivePod> look_at_settled(const Store& store, PodRecord record);

}  // namespace podrun::cli
