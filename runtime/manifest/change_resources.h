// Resources of a Pod's containers changed, in its manifest.
#pragma once

#include <map>
#include <string>

#include "runtime/kernel/types.h"
#include "runtime/model/spec.h"

namespace podrun {

struct ResourceChange {
  std::string container;                        // empty: all of spec.containers
  std::map<std::string, std::string> limits;    // "memory" → "1Gi"; cpu, memory and podrun.io/pids
  std::map<std::string, std::string> requests;  // cpu and memory
};

struct ChangedResources {
  std::string manifest;  // with the change
  PodSpec spec;          // of it the resources, and of containers name and role, and nothing else
};

// `manifest`: as PodSpec has it. Kind::invalid where the result would be no Pod that is accepted, or a limit or request
// is taken away: like Kubernetes, only others are given.
Result<ChangedResources> change_resources(const std::string& manifest, const ResourceChange& change);

}  // namespace podrun
