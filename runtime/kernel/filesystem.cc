#include "runtime/kernel/filesystem.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "runtime/kernel/mountinfo.h"

namespace podrun {

std::string filesystem_type(const std::string& path) {
  struct statx info {};
  std::string type;
  const std::string mounts = read_mountinfo().value_or("");
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_MNT_ID, &info) == 0 && (info.stx_mask & STATX_MNT_ID) != 0)
    each_mount(mounts, [&](const MountLine& mount) {
      if (mount.id == info.stx_mnt_id) type = mount.type;
    });
  return type.empty() ? "unknown" : type;
}

}  // namespace podrun
