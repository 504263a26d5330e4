// One run of a plugin, and all that is to be known of it.
#pragma once

#include "cni/record.h"

namespace cni::kit {

struct Recorded {
  Recording recording;
  Result<RunOutcome> outcome;
};
Recorded run_recorded(Runner& runner, const RunRequest& request);

}  // namespace cni::kit
