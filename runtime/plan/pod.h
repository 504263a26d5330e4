// A pod, decided. Pure: what has to be known of the machine is an argument, so every decision is tested without root,
// and what can be refused is refused here, before the first side effect.
#pragma once

#include <vector>

#include "runtime/model/layout.h"
#include "runtime/model/plan.h"
#include "runtime/plan/facts.h"
#include "runtime/plan/network_plan.h"
#include "runtime/plan/volumes.h"

namespace podrun {

// In the order of attachment, the primary first.
Result<std::vector<NetworkPlan>> plan_networks(const std::vector<ChosenNetwork>& networks, const PodPlan& pod);

// Of two specs from one manifest whether what that refers to was the same: "sha256:…".
std::string digest_of_given(const PodSpec& spec);

Result<PodPlan> make_pod_plan(const PodSpec& spec, const PodFacts& facts, const Layout& layout);

// What is made. Beside the plans, which go on record, what is needed once only.
struct NewContainer {
  ContainerPlan plan;
  ImageLayers layers;           // the plan's, held
  std::int64_t created_at = 0;  // of its first attempt; 0: this is the first
  std::int64_t back_off = 0;    // life.back_off
};
struct NewPod {
  PodPlan plan;
  std::vector<NewContainer> containers;
  std::vector<NetworkPlan> networks;  // kept by the CNI ledger
  CgroupHost cgroup_host;
  VolumeFiles files = {};    // of its volumes; none when it is made to run again
  VolumeLayers layers = {};  // the same
};
Result<NewPod> make_plan(const PodSpec& spec, const PodFacts& facts, const Layout& layout);

}  // namespace podrun
