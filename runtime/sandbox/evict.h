// Pods that have used more of the disk than they may (tend/disk.h).
#pragma once

#include <vector>

#include "runtime/sandbox/host.h"

namespace podrun {

// Whether the pod has a limit that has to be looked after.
bool is_measured(const PodRecord& pod, const std::vector<LiveContainer>& containers);

// Measures, without the pod's lock, and where it has used too much records why it is evicted: then tend::next() ends
// it. A pod that has ended or is gone meanwhile stays as it is.
Result<void> evict_where_over(const Host& host, const PodRecord& pod, const std::vector<LiveContainer>& containers);

}  // namespace podrun
