// Whiteouts: how a layer says that something of the layers below is gone. In a tar they are names (.wh.NAME and
// .wh..wh..opq, image-spec layer.md); on disk they are what overlayfs takes them from: a character device 0:0, and an
// extended attribute on a directory (Documentation/filesystems/overlayfs.rst).
#pragma once

#include <sys/stat.h>

#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::image {

struct WhiteoutName {
  enum class Sort { none, hides, opaque, reserved, hostile };
  Sort sort = Sort::none;
  std::string_view hidden;  // Sort::hides: the name below that is gone
};

// What an entry's name (cleaned) means. `reserved`: aufs' own bookkeeping (.wh..wh.*) and what is in it, which no layer
// means to ship. `hostile`: it would hide "", "." or "..".
WhiteoutName classify_whiteout(std::string_view name);

// The exception: files that aufs kept here may be what hard links of the layer lead to, so they are there until its
// end.
inline constexpr std::string_view kAufsLinks = ".wh..wh.plnk";

inline bool is_whiteout(const struct stat& info) { return S_ISCHR(info.st_mode) && info.st_rdev == 0; }
bool is_opaque(int directory);  // an open descriptor, not O_PATH

// `shown` names the object in errors. Both need CAP_SYS_ADMIN or CAP_MKNOD in the first user namespace.
Result<void> make_whiteout(int parent, const char* leaf, std::string_view shown);
Result<void> make_opaque(int directory, std::string_view shown);

}  // namespace podrun::image
