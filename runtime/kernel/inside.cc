#include "runtime/kernel/inside.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <vector>

namespace podrun {
namespace {

constexpr int kLinkLimit = 40;  // as the kernel's MAXSYMLINKS
constexpr int kTries = 64;

Error failed(int error_number, const char* verb, const std::string& path) {
  return Error::system(error_number, std::string(verb) + " '" + path + "'");
}

// Mode and name at once: somebody inside may put another thing in its place, whose mode would then be changed.
int make(int dir, const char* name, bool as_file, mode_t mode) {
  const mode_t mask = ::umask(0);
  const int made = as_file ? ::mknodat(dir, name, S_IFREG | 0644, 0) : ::mkdirat(dir, name, mode);
  const int error_number = errno;
  ::umask(mask);
  errno = error_number;
  return made;
}

// One name of the way, as O_PATH: a link is not followed, and what is missing is made.
Result<Fd> step(int dir, const std::string& name, bool as_file, const Making& making) {
  constexpr int kFlags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  Fd fd(::openat(dir, name.c_str(), kFlags));
  if (fd || errno != ENOENT) return fd ? Result<Fd>(std::move(fd)) : failed(errno, "open", name);
  const bool is_made = make(dir, name.c_str(), as_file, making.mode) == 0;
  if (!is_made && errno != EEXIST) return failed(errno, as_file ? "make file" : "make directory", name);
  fd.reset(::openat(dir, name.c_str(), kFlags));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return failed(errno, "open", name);
  const gid_t group = info.st_gid == 0 ? making.owner : info.st_gid;
  if (is_made && making.owner != 0 && ::fchownat(fd.get(), "", making.owner, group, AT_EMPTY_PATH) != 0)
    return failed(errno, "give away", name);
  return fd;
}

Result<std::string> read_link(int link, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(link, "", target.data(), target.size());
  if (size < 0) return failed(errno, "read link", name);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

// Walks name by name and reads links itself, so that it can make what the kernel would only call missing.
Result<Fd> walk(int root, const std::string& path, bool is_file, const Making& making) {
  std::vector<Fd> below;  // the directories walked into; the root is always there
  below.emplace_back(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!below.back()) return failed(errno, "open", "/");
  std::string rest = path;
  for (int links = 0;;) {
    rest.erase(0, rest.find_first_not_of('/'));
    if (rest.empty()) return std::move(below.back());
    const std::string name = rest.substr(0, rest.find('/'));
    rest.erase(0, name.size());
    const bool is_last = rest.find_first_not_of('/') == std::string::npos;
    if (name == ".") continue;
    if (name == "..") {
      if (below.size() > 1) below.pop_back();
      continue;
    }
    Fd next = TRY(step(below.back().get(), name, is_file && is_last, making));
    struct stat info {};
    if (::fstat(next.get(), &info) != 0) return failed(errno, "stat", name);
    if (S_ISLNK(info.st_mode)) {
      if (++links > kLinkLimit) return failed(ELOOP, "open", path);
      const std::string target = TRY(read_link(next.get(), name));
      if (target.starts_with('/')) below.resize(1);
      rest = target + rest;
    } else if (is_last && is_file) {
      return next;
    } else if (!S_ISDIR(info.st_mode)) {
      return failed(ENOTDIR, "open", path);
    } else {
      below.push_back(std::move(next));
    }
  }
}

}  // namespace

Result<Fd> open_inside(int root, const std::string& path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  for (int tries = 1;; ++tries) {
    Fd fd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof(how))));
    if (fd) return fd;
    // EAGAIN: something was renamed while a ".." was followed.
    if (errno != EAGAIN || tries == kTries) return failed(errno, "open", path);
  }
}

Result<Making> like(int root, std::uint32_t owner) {
  struct stat info {};
  if (::fstat(root, &info) != 0) return failed(errno, "stat", "/");
  return Making{.mode = info.st_mode & 0777, .owner = owner};
}

Result<Fd> find_or_make_inside(int root, const std::string& path, const Making& making) {
  auto there = open_inside(root, path, O_PATH);
  if (there || there.error().error_number != ENOENT) return there;
  return make_inside(root, path, false, making);
}

Result<Fd> make_inside(int root, const std::string& path, bool is_file, const Making& making) {
  auto there = open_inside(root, path, O_PATH | (is_file ? 0U : static_cast<unsigned>(O_DIRECTORY)));
  if (!there && there.error().error_number != ENOENT) return there;
  Fd found = there ? std::move(*there) : TRY(walk(root, path, is_file, making));
  struct stat info {};
  if (is_file && ::fstat(found.get(), &info) == 0 && S_ISDIR(info.st_mode))
    return Error{Kind::invalid, EISDIR, "mount at '" + path + "': the image has a directory where a file belongs"};
  return found;
}

}  // namespace podrun
