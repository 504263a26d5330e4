// The status of a Kubernetes v1 Pod, from records and what the kernel says now.
#pragma once

#include "runtime/cli/kube_json.h"

namespace podrun::cli {

// What a container of a Pod's spec has asked for and so has: requests that are not said are the limits. An empty object
// where it has asked for nothing.
Json resources_of(const Json& container);

// `spec`: the Pod's, for containers that a pod in the making has no record of yet.
Json kube_status(const LivePod& pod, const Json& spec);

}  // namespace podrun::cli
