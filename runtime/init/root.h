// The root filesystem a process will see, made from the operations of Root.
#pragma once

#include <string>
#include <vector>

#include "runtime/init/plan.h"

namespace podrun::init {

// `sent` are the descriptors for Mount::Source::sent, in the order of the list. `cwd` is made where it is missing and the
// root is about to become read-only; empty: there is none to make.
Result<void> build_root(const Root& root, std::vector<Fd> sent, const std::string& cwd);

}  // namespace podrun::init
