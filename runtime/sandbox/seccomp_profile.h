// Seccomp profiles of this machine's, which containers name (securityContext.seccompProfile.localhostProfile).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

// The filter of the profile `name`, a path below `directory` that a link leads out of neither, as Process has it. An
// empty name: none. The error names the file and the place in it.
Result<std::vector<std::uint64_t>> find_seccomp_filter(const std::string& directory, const std::string& name);

}  // namespace podrun
