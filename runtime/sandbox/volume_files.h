// The files of configMap, secret, downwardAPI and projected volumes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/volume_spec.h"

namespace podrun {

// Writes them below `path`, which is not there yet and has its name once all of them are there. They belong to `owner`,
// of the host's ids, user and group; with `group` to that group, whose members may read them.
Result<void> write_volume_files(const std::string& path, const std::vector<VolumeFile>& files, std::uint32_t owner,
                                const std::optional<std::uint32_t>& group);

}  // namespace podrun
