#include "runtime/copy/open.h"

#include <fcntl.h>

#include "base/files.h"
#include "runtime/kernel/inside.h"

namespace podrun::copy {

Result<Fd> open_as_typed(const std::string& path, std::uint64_t flags) {
  return base::open_file(path, static_cast<int>(flags));
}

Result<Fd> open_in_own_root(const std::string& path, std::uint64_t flags) { return open_inside(AT_FDCWD, path, flags); }

Named split(const std::string& path) {
  Named named;
  std::string text = path;
  while (text.size() > 1 && text.ends_with('/')) {
    text.pop_back();
    named.is_directory = true;
  }
  const auto slash = text.rfind('/');
  named.leaf = text.substr(slash == std::string::npos ? 0 : slash + 1);
  if (slash != std::string::npos) named.parent = slash == 0 ? "/" : text.substr(0, slash);
  if (slash == std::string::npos) named.parent = ".";
  if (named.leaf != "." && named.leaf != "..") return named;
  named.leaf.clear();
  named.is_directory = true;
  return named;
}

}  // namespace podrun::copy
