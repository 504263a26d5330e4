// The root filesystem a process will see, made from the operations of Root.
#pragma once

#include <vector>

#include "runtime/init/plan.h"

namespace podrun::init {

// `sent` are the descriptors for Mount::Source::sent, in the order of the list.
Result<void> build_root(const Root& root, std::vector<Fd> sent);

}  // namespace podrun::init
