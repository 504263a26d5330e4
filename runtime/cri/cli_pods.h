// Pods that podrun's own command line made, in the words of the CRI: what a client would have asked for to have them.
#pragma once

#include "runtime/cri/api.h"
#include "runtime/kernel/types.h"
#include "runtime/model/record.h"

namespace podrun::cri {

inline bool is_of_cri(const PodRecord& pod) { return !pod.plan.who.cri_key.empty(); }

api::RunPodSandboxRequest request_of(const PodPlan& pod);
api::ContainerConfig config_of(const PodPlan& pod, const ContainerPlan& container);

// 64 hex digits, the same each time: none is on record.
std::string id_of(const PodPlan& pod, const ContainerPlan& container);

// Their containers are what their manifest says, and podrun starts and ends them: Kind::unsupported says what to do
// instead.
// Stopping and removing pods, and looking into them, is anybody's.
Result<void> check_of_cri(const PodRecord& pod);

}  // namespace podrun::cri
