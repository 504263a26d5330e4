// What crashes left, and what the books and the plugins still have of nobody.
#pragma once

#include "runtime/sandbox/recover.h"

namespace podrun {

// Does what recover() does, then has each network's plugins collect what belongs to no pod and to no namespace that
// still exists. Networks with "disableGC" are left, with a warning. Goes on past failures.
Result<std::vector<Recovered>> prune(const Host& host);

}  // namespace podrun
