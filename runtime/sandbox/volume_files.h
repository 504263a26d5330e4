// The files of configMap, secret, downwardAPI and projected volumes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/volume_spec.h"

namespace podrun {

// Writes them, and empty directories, below `path`, which is not there yet and has its name once all of them are there.
// They belong to the pod's `root`, of the host's ids, user and group, or to the users that they name; with `group` to
// that group, whose members may read them.
Result<void> write_volume_files(const std::string& path, const FilesSpec& content, std::uint32_t root,
                                const std::optional<std::uint32_t>& group);

}  // namespace podrun
