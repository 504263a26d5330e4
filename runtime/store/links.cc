#include "runtime/store/links.h"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace podrun {

Result<void> make_link(const std::string& text, const std::string& path) {
  if (::symlink(text.c_str(), path.c_str()) != 0) return Error::system(errno, "make '" + path + "'");
  return {};
}

Result<std::string> read_link(const std::string& path) {
  std::array<char, 256> text{};
  const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
  if (length < 0 && errno == EINVAL) return Error{Kind::corrupt, EINVAL, "read '" + path + "': not a symbolic link"};
  if (length < 0) return Error::system(errno, "read '" + path + "'");
  return std::string(text.data(), static_cast<std::size_t>(length));
}

}  // namespace podrun
