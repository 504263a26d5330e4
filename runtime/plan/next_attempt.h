// A container made once more.
#pragma once

#include "runtime/model/layout.h"
#include "runtime/model/plan.h"

namespace podrun {

// As it was made, or with what it has been given since.
ContainerPlan with_allotment(ContainerPlan plan, const PodPlan& pod);

// The same plan, in places of its own. `id` is the pod's.
ContainerPlan next_attempt(ContainerPlan plan, const std::string& id, const Layout& layout);

// Where an attempt has its log, its layer and its processes.
void give_places(ContainerPlan& plan, const std::string& id, const Layout& layout);

}  // namespace podrun
