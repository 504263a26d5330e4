// The attempts of a container, and which of them are kept.
#pragma once

#include <string>
#include <vector>

#include "runtime/sandbox/host.h"

namespace podrun {

// In their order. Kind::not_found when the pod has no container of that name.
Result<std::vector<ContainerRecord>> attempts_of(const Box& box, const std::string& name);

// Whether something has come of it: then there is no second time for it.
bool is_used(const Host& host, const std::string& id, const ContainerRecord& attempt);

// What follows the last of `attempts`; that one itself where it has not been used. Those before the last are removed:
// of the last one it is told how it ended (`lastState`), and what it said (`logs --previous`).
Result<ContainerPlan> plan_next(const Host& host, const Box& box, const PodRecord& pod,
                                const std::vector<ContainerRecord>& attempts);

}  // namespace podrun
