// The directory of a rootfs: reference: looked at once, and held from then on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::image {

struct RootfsDirectory {
  std::string path;                // canonical, at the time
  std::shared_ptr<const Fd> held;  // O_PATH
};

// Follows links, but none of procfs's magic ones. Errors: not_found; invalid for what is no root filesystem of a pod:
// the host's root and its filesystem's, the host's system directories, people's homes, kernel filesystems, and what
// every user may write to. By device and inode, so that a bind mount of one is one.
// `own` are directories of ours, with files of other pods: none may be the image, be in it, or have it in itself.
Result<RootfsDirectory> open_rootfs(const std::string& directory, const std::vector<std::string>& own);

}  // namespace podrun::image
