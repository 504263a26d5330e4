#include "runtime/sandbox/image_volume.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "runtime/kernel/inside.h"

namespace podrun {
namespace {

constexpr std::uint64_t kAttributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

// Before Linux 6.15 only of what is attached somewhere a part can be cloned.
Result<Fd> clone_part(const Fd& whole, const std::string& sub_path) {
  static constexpr const char* kWhole = "_";
  const mounts::PrivateNamespace at = TRY(mounts::PrivateNamespace::enter());
  if (::mkdirat(at.scratch(), kWhole, 0700) != 0) return Error::system(errno, "make a mount point");
  TRY(mounts::attach(whole.get(), at.scratch(), kWhole));
  const Fd root(::openat(at.scratch(), kWhole, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return Error::system(errno, "open a mount point");
  const Fd part = TRY(open_inside(root.get(), sub_path, O_PATH));
  return mounts::clone(part.get(), "");
}

}  // namespace

Result<Fd> mount_image(const ImageLayers& layers, const ImagePart& part, const PodUsers& users,
                       const std::function<void(const std::string&)>& warn) {
  Fd mount = TRY(mount_rootfs(layers, part.writable, users, warn));
  if (!part.sub_path.empty()) mount = TRY(clone_part(mount, part.sub_path).in("find subPath '" + part.sub_path + "'"));
  TRY(mounts::set_attributes(mount.get(), kAttributes | (part.may_be_run ? 0 : MOUNT_ATTR_NOEXEC)));
  return mount;
}

}  // namespace podrun
