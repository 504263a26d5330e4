// Network namespaces that are pinned to a path.
#pragma once

#include <string>

#include "cni/base/result.h"

namespace cni::kit {

inline constexpr const char* kHostNetns = "/proc/self/ns/net";  // the main thread stays in the host's

Result<void> bring_lo_up();  // in the calling thread's
Result<void> make_netns(const std::string& path, bool with_lo_up);

}  // namespace cni::kit
