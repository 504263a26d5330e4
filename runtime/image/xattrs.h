// The extended attributes an image may give its files.
#pragma once

#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::image {

// user.* and security.capability. Never trusted.* (a layer would forge overlayfs' own marks) nor user.overlay.*, nor
// what other security modules read; system.posix_acl_* neither: the ids in them would not be mapped.
bool kept_xattr(std::string_view name);

// Sets one that is kept. File capabilities lose the user namespace they were made for: it means nothing here. Where the
// file system has no user.* (tmpfs before 6.6) that is passed over.
Result<void> set_xattr(int fd, const std::string& name, std::string_view value, std::string_view shown);

// Copies the kept ones. With an `id_base` file capabilities become those of the user namespace whose root that id is
// (capabilities(7), VFS_CAP_REVISION_3), so that the copy gives nothing to a process of the host.
Result<void> copy_xattrs(int from, int to, std::uint32_t id_base, std::string_view shown);

}  // namespace podrun::image
