// The content of one file, copied as cheaply as the file systems allow.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::image {

// `to` is empty. Shares the blocks where the file system can (FICLONE), else copies what is not a hole.
Result<void> copy_content(int from, int to, std::uint64_t size, std::string_view shown);

}  // namespace podrun::image
