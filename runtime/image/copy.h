// For where a layer's file system cannot be idmapped (and on old kernels): the layers as one private tree that belongs
// to one pod's ids.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

// Flattens `layers` (directories, lowest first, as Image::layers) into `target`, which is made (its parent exists) or
// is an empty directory. Whiteouts and opaque directories are applied; every owner, 0…65535, becomes id_base + owner.
// Modes, times, holes, hard links, user.* attributes and file capabilities are kept; devices and sockets are left out,
// and so is what is mounted somewhere inside a layer. Any depth will do. Not synced. After an error `target` holds a
// part. Errors: exists (not empty), unsupported (an owner beyond 65535), or the system's own.
Result<void> copy_layers(const std::vector<std::string>& layers, const std::string& target, std::uint32_t id_base);

}  // namespace podrun
