// A RunPodSandboxRequest as a plan of the house's.
#pragma once

#include <string>

#include "runtime/cri/api.h"
#include "runtime/model/layout.h"
#include "runtime/model/plan.h"
#include "runtime/plan/facts.h"

namespace podrun::cri {

// What is reserved for one attempt of one pod: Identity::cri_key.
std::string key_of(const api::PodSandboxMetadata& metadata);

// What is decided for this machine's pods besides, and found out.
struct PodSurroundings {
  std::string id;  // of the new pod
  MachineFacts machine;
  std::string network;  // Options::network
};

// Kind::invalid names the field, in the words of the CRI; unsupported what this machine cannot do.
Result<PodPlan> plan_pod(const api::RunPodSandboxRequest& request, PodSurroundings around, const Layout& layout);

// The pod as what its containers are planned from: what counts for all of them.
PodSpec spec_of(const api::PodSandboxConfig& config);

// The checks that pods and containers share.
Result<void> check_group(bool has_group, bool has_user);

}  // namespace podrun::cri
