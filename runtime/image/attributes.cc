#include "runtime/image/attributes.h"

#include <fcntl.h>

#include <string>

namespace podrun::image {
namespace {

Error failed(std::string_view verb, std::string_view shown) {
  return Error::system(errno, std::string(verb) + " '" + std::string(shown) + "'");
}

}  // namespace

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

Result<void> set_all_by_name(const LayerTree::Place& place, const Attributes& attributes, bool is_link) {
  const int parent = place.parent.get();
  const char* leaf = place.leaf.c_str();
  const timespec times[2] = {attributes.mtime, attributes.mtime};
  if (::fchownat(parent, leaf, attributes.uid, attributes.gid, AT_SYMLINK_NOFOLLOW) != 0)
    return failed("chown", place.shown);
  if (!is_link && ::fchmodat(parent, leaf, attributes.mode, 0) != 0) return failed("chmod", place.shown);
  if (::utimensat(parent, leaf, times, AT_SYMLINK_NOFOLLOW) != 0) return failed("set the time of", place.shown);
  return {};
}

}  // namespace podrun::image
