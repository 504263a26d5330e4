// The pod's first process: its namespaces exist as soon as pause does.
#pragma once

#include "runtime/sandbox/plan.h"
#include "runtime/sandbox/shim.h"

namespace podrun {

// Has the shim clone it, gives it its ids (`id_base`, unless the host's are used) and its plan, and waits until it
// runs.
Result<Shim::Launched> start_pause(const PodPlan& plan, std::uint32_t id_base, Shim& shim);

}  // namespace podrun
