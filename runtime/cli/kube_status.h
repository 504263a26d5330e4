// The status of a Kubernetes v1 Pod, from records and what the kernel says now.
#pragma once

#include "runtime/cli/kube_json.h"

namespace podrun::cli {

// `spec`: the Pod's, for containers that a pod in the making has no record of yet.
Json kube_status(const LivePod& pod, const Json& spec);

}  // namespace podrun::cli
