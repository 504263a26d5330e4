// What pods use, as a document. Its words are those of the kubelet's summary (/stats/summary), where that has one;
// podrun.1 lists all.
#pragma once

#include <vector>

#include "runtime/cli/kube_json.h"
#include "runtime/cli/pod_sample.h"

namespace podrun::cli {

Json usage_json(const std::vector<PodSample>& pods);

}  // namespace podrun::cli
