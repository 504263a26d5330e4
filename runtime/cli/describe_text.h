// The text of `podrun describe`: what kubectl's has, and what a pod of ours has beside.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/kube_json.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/pod_events.h"

namespace podrun::cli {

// `kube`: kube_pod(pod). `now`: nanoseconds since the epoch.
std::string describe_text(const LivePod& pod, const Json& kube, const std::vector<PodEvent>& events = {},
                          std::int64_t now = 0);

}  // namespace podrun::cli
