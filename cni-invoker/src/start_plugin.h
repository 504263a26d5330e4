// The one place with Boost.Process.
#pragma once

#include <sys/types.h>

#include "cni/base/result.h"
#include "keeper_process.h"

namespace cni {

// For the keeper, whose child it becomes, and who must wait for it. An error: no instruction of the plugin has run, and
// nobody is to be waited for.
Result<pid_t> start_plugin(const Launch& launch);

}  // namespace cni
