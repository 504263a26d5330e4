// Resources of a Pod, or of its containers, changed in its manifest.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/spec.h"

namespace podrun {

struct ResourceChange {
  std::string container;                        // empty: all of spec.containers
  std::map<std::string, std::string> limits;    // "memory" → "1Gi"; cpu, memory and podrun.io/pids, of the Pod pids
  std::map<std::string, std::string> requests;  // cpu and memory
  bool of_pod = false;                          // of the Pod itself (spec.resources), and no container's
};

struct ChangedResources {
  std::string manifest;  // with the change
  PodSpec spec;          // of it the resources, and of containers name and role, and nothing else
};

// `manifest`: as PodSpec has it. Kind::invalid where the result would be no Pod that is accepted, or a limit or request
// is taken away: like Kubernetes, only others are given.
// All of `changes` together have to come to such a Pod.
Result<ChangedResources> change_resources(const std::string& manifest, const std::vector<ResourceChange>& changes);

// What is to be changed in the Pod `before` so that its resources are those of `after`, as far as that can be done
// while its containers run.
struct ResourceDifference {
  std::vector<ResourceChange> changes;
  std::string manifest;  // `before` with the changes, written as `after` has them
};
ResourceDifference difference_of_resources(const std::string& before, const std::string& after);

}  // namespace podrun
