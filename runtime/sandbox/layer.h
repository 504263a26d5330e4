// What a container has written, from one attempt to the next.
#pragma once

#include "runtime/kernel/types.h"
#include "runtime/model/plan.h"

namespace podrun {

// The writable layer of `before` becomes that of `next`; nothing where it has none.
Result<void> take_over_layer(const ContainerPlan& before, const ContainerPlan& next);

}  // namespace podrun
