#include "runtime/image/whiteout.h"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <string>

namespace podrun::image {
namespace {

constexpr std::string_view kPrefix = ".wh.";
constexpr std::string_view kReservedPrefix = ".wh..wh.";
constexpr std::string_view kOpaqueName = ".wh..wh..opq";
constexpr const char* kOpaqueXattr = "trusted.overlay.opaque";

bool is_within_reserved(std::string_view directory) {
  return directory.starts_with(kReservedPrefix) || directory.find("/.wh..wh.") != std::string_view::npos;
}

}  // namespace

WhiteoutName classify_whiteout(std::string_view name) {
  using Sort = WhiteoutName::Sort;
  const std::string_view leaf = name.substr(name.rfind('/') + 1);
  if (is_within_reserved(name.substr(0, name.size() - leaf.size()))) return {Sort::reserved, {}};
  if (leaf == kOpaqueName) return {Sort::opaque, {}};
  if (leaf.starts_with(kReservedPrefix)) return {Sort::reserved, {}};
  if (!leaf.starts_with(kPrefix)) return {Sort::none, {}};
  const std::string_view hidden = leaf.substr(kPrefix.size());
  if (hidden.empty() || hidden == "." || hidden == "..") return {Sort::hostile, {}};
  return {Sort::hides, hidden};
}

bool is_opaque(int directory) {
  char value = 0;
  return ::fgetxattr(directory, kOpaqueXattr, &value, 1) == 1 && value == 'y';
}

Result<void> make_whiteout(int parent, const char* leaf, std::string_view shown) {
  if (::mknodat(parent, leaf, S_IFCHR, ::makedev(0, 0)) != 0)
    return Error::system(errno, "make whiteout '" + std::string(shown) + "'");
  return {};
}

Result<void> make_opaque(int directory, std::string_view shown) {
  if (::fsetxattr(directory, kOpaqueXattr, "y", 1, 0) != 0)
    return Error::system(errno, "make directory '" + std::string(shown) + "' opaque");
  return {};
}

}  // namespace podrun::image
