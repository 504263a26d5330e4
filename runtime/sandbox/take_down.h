// The way down, for a delete, for a create that failed, and for recover.
#pragma once

#include "runtime/sandbox/host.h"

namespace podrun {

// The pod's record; where it cannot be read, a guess: what follows from its id and from the name that it reserved.
PodRecord remains_of(const Host& host, const Box& box);

// Where the way down ends.
enum class Landing {
  stopped,  // nothing runs or is attached: name, ids, layers, logs and records stay
  gone,
};
inline Landing landing_of_stop(const PodPlan& pod) { return pod.removed_at_end ? Landing::gone : Landing::stopped; }

struct TakeDownOptions {
  Landing until = Landing::gone;
  bool force = false;  // remove our own objects even if plugins fail
};

// Every step is idempotent and needs only the record. Where one fails the record stays, with the reason, so that
// another call goes on from there.
Result<void> take_down(const Host& host, const Box& box, PodRecord remains, const TakeDownOptions& options = {});

}  // namespace podrun
