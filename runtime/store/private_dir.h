// Directories of root's alone. What is in them is nobody else's to read, and flock(2), which asks for no more than an
// open file, is nobody else's to take.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// Makes the directory, and its parents where they are missing, with mode 0700. One that is there already is corrected.
Result<void> make_private_dir(const std::string& path);

}  // namespace podrun
