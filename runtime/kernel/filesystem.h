// What a directory is on.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// The type by its name ("ext4", "overlay", "fuse.sshfs"), as /proc/self/mountinfo has it for the mount that `path` is
// on; "unknown" where that cannot be found out.
std::string filesystem_type(const std::string& path);

}  // namespace podrun
