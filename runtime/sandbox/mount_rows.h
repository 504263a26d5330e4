// The rows of a plan on their way to init: what has to be made out here is opened, one row after another, and goes
// along as a descriptor.
#pragma once

#include <functional>
#include <vector>

#include "runtime/init/plan.h"
#include "runtime/model/mount.h"

namespace podrun {

struct MountRows {
  init::Root root;       // its mounts, and whether it is read-only
  std::vector<Fd> sent;  // those of Source::sent, in their order
};

// `open` makes a detached mount of a row that is none of Filesystem, PodMount and OwnPart.
Result<MountRows> open_rows(const std::vector<MountPlan>& rows,
                            const std::function<Result<Fd>(const MountPlan&)>& open);

}  // namespace podrun
