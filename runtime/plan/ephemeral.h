// A container that is added to a pod which stands, to look at it: see pod.h.
#pragma once

#include "runtime/model/layout.h"
#include "runtime/model/record.h"
#include "runtime/plan/facts.h"

namespace podrun {

struct EphemeralSpec {
  PodSpec pod;         // with this one container alone, and of the pod what counts for all of its containers
  std::string asked;   // the container as compact JSON
  std::string target;  // whose processes it is to see; empty: its own, or where the pod shares them, all

  const ContainerSpec& container() const { return pod.containers.front(); }
};

// Kind::exists where the pod has a container of that name, not_found where it has no target of that.
Result<void> check_ephemeral(const EphemeralSpec& spec, const Pod& pod);

Result<ContainerPlan> make_ephemeral_plan(const EphemeralSpec& spec, const Pod& pod, const ContainerFacts& facts,
                                          const MachineFacts& machine, const Layout& layout);

}  // namespace podrun
