// The text of `podrun describe`: what kubectl's has, and what a pod of ours has beside.
#pragma once

#include <string>

#include "runtime/cli/kube_json.h"
#include "runtime/cli/live_pod.h"

namespace podrun::cli {

// `kube`: kube_pod(pod).
std::string describe_text(const LivePod& pod, const Json& kube);

}  // namespace podrun::cli
