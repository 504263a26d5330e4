// How long a container that ended waits to be made again, as the kubelet has it: the first time not at all, then 10 s,
// each time twice as long up to five minutes; one that ran for more than ten minutes begins anew.
//
// Derived from the record and the exit of the attempt that ended alone, so that attempts before it may be taken away:
// `life.back_off` was decided when it was made, and how long it ran is its `started_at` to its `finished_at`. An
// attempt that a person starts has none, and so begins anew too.
#pragma once

#include <cstdint>

#include "runtime/store/store.h"

namespace podrun::tend {

// All in nanoseconds. What the next attempt waits from the end of this one on.
std::int64_t back_off_after(const ContainerRecord& ended, const ContainerStatus& status);
// What goes into the next attempt's `life.back_off`.
std::int64_t back_off_of_next(const ContainerRecord& ended, const ContainerStatus& status);

}  // namespace podrun::tend
