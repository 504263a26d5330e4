#include "runtime/copy/follow.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

namespace podrun::copy {
namespace {

constexpr int kMostLinks = 40;  // the kernel's

Result<std::string> text_of(int link, const std::string& shown) {
  std::array<char, PATH_MAX> text;
  const ssize_t size = ::readlinkat(link, "", text.data(), text.size());
  if (size <= 0) return Error::system(size < 0 ? errno : ENOENT, "read link '" + shown + "'");
  return std::string(text.data(), static_cast<std::size_t>(size));
}

std::string take_part(std::string& path) {
  const auto slash = path.find('/');
  std::string part = path.substr(0, slash);
  path.erase(0, slash == std::string::npos ? slash : slash + 1);
  return part;
}

}  // namespace

Result<Fd> LinkFollower::directory(int parent, const std::string& leaf) const {
  const std::string step = "go along link '" + leaf + "'";
  Fd at(::openat(parent, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  int links = 0;
  for (std::string rest = leaf; at && !rest.empty();) {
    const std::string part = take_part(rest);
    if (part.empty() || part == ".") continue;
    Fd next(::openat(at.get(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!next || ::fstat(next.get(), &info) != 0) return Error::system(errno, step);
    if (!S_ISLNK(info.st_mode)) {
      at = std::move(next);  // what is no directory fails at the next step, or at the end
      continue;
    }
    if (ours_.contains({info.st_dev, info.st_ino}))
      return Error{Kind::corrupt, ELOOP, "it is below '" + part + "', a link that came with it"};
    if (++links > kMostLinks) return Error::system(ELOOP, step);
    const std::string text = TRY(text_of(next.get(), part));
    rest.insert(0, text + "/");
    if (text.starts_with('/')) at = Fd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  Fd found(at ? ::openat(at.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
  if (!found) return Error::system(errno, step);
  return found;
}

}  // namespace podrun::copy
