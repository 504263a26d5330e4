// Owners, modes and times, as an entry of a layer has them.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string_view>

#include "runtime/image/layer_tree.h"

namespace podrun::image {

inline constexpr std::uint32_t kIdCount = 65536;  // a pod's ids are 0…65535: an owner beyond them it cannot name

struct Attributes {
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0;  // permission bits, set-id and sticky bits
  timespec mtime{};
};

// Owner before mode and before extended attributes: chown clears set-id bits and file capabilities. Times come last,
// when nothing is written any more.
Result<void> set_owner_and_mode(int fd, const Attributes& attributes, std::string_view shown);
Result<void> set_time(int fd, const Attributes& attributes, std::string_view shown);

// For what cannot be opened: links (which have no mode) and fifos.
Result<void> set_all_by_name(const Spot& spot, const Attributes& attributes, bool is_link);

}  // namespace podrun::image
