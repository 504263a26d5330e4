// How much of a disk a directory takes.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// Bytes of the blocks that all in it has, itself included, as du(1) counts them: a file with several names once, a hole
// not at all. What is mounted within is not looked at, nor is what goes or is moved away meanwhile. None where it is
// not there. Whose files they are may be changing them.
Result<std::uint64_t> disk_usage(const std::string& directory);
// Of one file.
std::uint64_t disk_bytes(const struct stat& info);

}  // namespace podrun
