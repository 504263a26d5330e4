#include "runtime/image/attributes.h"

#include <fcntl.h>

#include <string>

#include "runtime/image/errors.h"

namespace podrun::image {

Result<void> set_owner_and_mode(int fd, const Attributes& attributes, std::string_view shown) {
  if (::fchown(fd, attributes.uid, attributes.gid) != 0) return failed("chown", shown);
  if (::fchmod(fd, attributes.mode) != 0) return failed("chmod", shown);
  return {};
}

Result<void> set_time(int fd, const Attributes& attributes, std::string_view shown) {
  const timespec times[2] = {attributes.mtime, attributes.mtime};
  if (::futimens(fd, times) != 0) return failed("set the time of", shown);
  return {};
}

Result<void> set_all_by_name(const Spot& spot, const Attributes& attributes, bool is_link) {
  const char* leaf = spot.leaf.c_str();
  const timespec times[2] = {attributes.mtime, attributes.mtime};
  if (::fchownat(spot.parent, leaf, attributes.uid, attributes.gid, AT_SYMLINK_NOFOLLOW) != 0)
    return failed("chown", spot.shown);
  if (!is_link && ::fchmodat(spot.parent, leaf, attributes.mode, 0) != 0) return failed("chmod", spot.shown);
  if (::utimensat(spot.parent, leaf, times, AT_SYMLINK_NOFOLLOW) != 0) return failed("set the time of", spot.shown);
  return {};
}

}  // namespace podrun::image
