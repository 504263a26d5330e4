// Another container's processes, for one that is to see them.
#pragma once

#include <string>

#include "runtime/model/plan.h"
#include "runtime/store/store.h"

namespace podrun {

// The first process of the container of that name, whose pid namespace it is: a pidfd. Kind::not_found where it does
// not run. Kind::denied where somebody there has the host's users and CAP_SYS_PTRACE: what makes a container has every
// right until it is the payload, and would be theirs to take.
Result<Fd> open_target(const Box& box, const PodPlan& pod, const std::string& name);

}  // namespace podrun
