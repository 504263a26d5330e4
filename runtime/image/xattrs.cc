#include "runtime/image/xattrs.h"

#include <endian.h>
#include <linux/capability.h>
#include <linux/limits.h>
#include <sys/xattr.h>

#include <cstddef>
#include <cstring>

namespace podrun::image {
namespace {

constexpr std::string_view kCapability = "security.capability";

Error failed_attribute(std::string_view verb, const std::string& name, std::string_view shown) {
  return Error::system(errno, std::string(verb) + " attribute '" + name + "' of '" + std::string(shown) + "'");
}

// capabilities(7): revision 3 is revision 2 with the id of its namespace's root behind it; all little-endian. Other
// revisions and sizes are left as they are, for the kernel to refuse.
std::string capability_for(std::string_view value, std::uint32_t root_id) {
  vfs_ns_cap_data data{};
  if (value.size() != XATTR_CAPS_SZ_2 && value.size() != XATTR_CAPS_SZ_3) return std::string(value);
  std::memcpy(&data, value.data(), value.size());
  const std::uint32_t magic = le32toh(data.magic_etc);
  const std::uint32_t flags = magic & ~static_cast<std::uint32_t>(VFS_CAP_REVISION_MASK);
  const std::uint32_t revision = magic & static_cast<std::uint32_t>(VFS_CAP_REVISION_MASK);
  if (revision != VFS_CAP_REVISION_2 && revision != VFS_CAP_REVISION_3) return std::string(value);
  data.magic_etc = htole32(flags | (root_id == 0 ? VFS_CAP_REVISION_2 : VFS_CAP_REVISION_3));
  data.rootid = htole32(root_id);
  std::string bytes(root_id == 0 ? XATTR_CAPS_SZ_2 : XATTR_CAPS_SZ_3, '\0');
  std::memcpy(bytes.data(), &data, bytes.size());
  return bytes;
}

Result<void> set(int fd, const std::string& name, std::string_view value, std::uint32_t id_base,
                 std::string_view shown) {
  const bool is_capability = name == kCapability;
  const std::string bytes = is_capability ? capability_for(value, id_base) : std::string(value);
  if (::fsetxattr(fd, name.c_str(), bytes.data(), bytes.size(), 0) == 0) return {};
  if (!is_capability && errno == ENOTSUP) return {};
  return failed_attribute("set", name, shown);
}

}  // namespace

bool kept_xattr(std::string_view name) {
  return name == kCapability || (name.starts_with("user.") && !name.starts_with("user.overlay."));
}

Result<void> set_xattr(int fd, const std::string& name, std::string_view value, std::string_view shown) {
  return set(fd, name, value, 0, shown);
}

Result<void> copy_xattrs(int from, int to, std::uint32_t id_base, std::string_view shown) {
  std::string names(XATTR_LIST_MAX, '\0');
  const ssize_t listed = ::flistxattr(from, names.data(), names.size());
  if (listed < 0 && errno == ENOTSUP) return {};
  if (listed < 0) return failed_attribute("list", "*", shown);
  names.resize(static_cast<std::size_t>(listed));
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.c_str() + at;
    at += name.size() + 1;
    if (!kept_xattr(name)) continue;
    std::string value(XATTR_SIZE_MAX, '\0');
    const ssize_t size = ::fgetxattr(from, name.c_str(), value.data(), value.size());
    if (size < 0) return failed_attribute("read", name, shown);
    value.resize(static_cast<std::size_t>(size));
    TRY(set(to, name, value, id_base, shown));
  }
  return {};
}

}  // namespace podrun::image
