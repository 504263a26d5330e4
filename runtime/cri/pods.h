// Sandboxes made, stopped and removed.
#pragma once

#include "runtime/cri/backend.h"

namespace podrun::cri {

// The id of the pod, which is ready. The same attempt asked for again is the same pod: one whose making is under way is
// waited for.
Result<std::string> run_sandbox(const Backend& backend, const api::RunPodSandboxRequest& request);
// One that is not there is success.
Result<void> stop_sandbox(const Backend& backend, const std::string& id);
Result<void> remove_sandbox(const Backend& backend, const std::string& id);

// What the kubelet has made of the pod's cgroup: kept, to be told.
Result<void> keep_resources(const Backend& backend, const api::UpdatePodSandboxResourcesRequest& request);

}  // namespace podrun::cri
