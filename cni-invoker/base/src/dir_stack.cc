#include "cni/base/dir_stack.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "cni/base/try.h"

namespace cni::base {
namespace {

constexpr std::size_t kOpenLevels = 32;
constexpr std::size_t kBufferSize = 32U << 10U;
constexpr std::size_t kShownSize = 200;

}  // namespace

Fd DirStack::open_directory(int parent, const char* name) const {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS;
  if (mounts_ == Mounts::stay_outside) how.resolve |= RESOLVE_NO_XDEV;
  return Fd(static_cast<int>(::syscall(SYS_openat2, parent, name, &how, sizeof how)));
}

Result<void> DirStack::enter(const std::string& name) {
  Fd opened = open_directory(fd(), name.c_str());
  if (!opened) {
    Error error = Error::system(errno, "open directory '" + shown(name) + "'");
    if (error.error_number == EXDEV)
      error = Error{Kind::busy, EXDEV, "'" + shown(name) + "': something is mounted there"};
    return error;
  }
  levels_.push_back(Level{name, std::move(opened)});
  if (levels_.size() > kOpenLevels) TRY(let_go(levels_[levels_.size() - 1 - kOpenLevels]));
  return {};
}

Result<void> DirStack::let_go(Level& level) const {
  if (!level.fd || &level == &levels_.front()) return {};
  struct stat info {};
  if (::fstat(level.fd.get(), &info) != 0) return Error::system(errno, "stat '" + shown() + "'");
  level.device = info.st_dev;
  level.inode = info.st_ino;
  level.entries.reset();
  level.size = level.at = 0;
  level.fd.reset();
  return {};
}

Result<int> DirStack::parent() {
  Level& above = levels_[levels_.size() - 2];
  if (above.fd) return above.fd.get();
  Fd opened = open_directory(fd(), "..");
  if (!opened) return Error::system(errno, "open the directory above '" + shown() + "'");
  struct stat info {};
  if (::fstat(opened.get(), &info) != 0) return Error::system(errno, "stat the directory above '" + shown() + "'");
  if (info.st_dev != above.device || info.st_ino != above.inode)
    return Error{Kind::busy, ESTALE, "'" + shown() + "': somebody moves it meanwhile"};
  if (::lseek(opened.get(), above.position, SEEK_SET) < 0)
    return Error::system(errno, "seek in the directory above '" + shown() + "'");
  above.fd = std::move(opened);
  return above.fd.get();
}

Result<void> DirStack::leave() {
  TRY(parent());
  levels_.pop_back();
  return {};
}

Result<const dirent64*> DirStack::next() {
  Level& level = levels_.back();
  for (;;) {
    if (level.at == level.size) {
      if (!level.entries) level.entries = std::make_unique<char[]>(kBufferSize);
      const ssize_t got = ::getdents64(level.fd.get(), level.entries.get(), kBufferSize);
      if (got < 0 && errno != ENOENT) return Error::system(errno, "read directory '" + shown() + "'");
      if (got <= 0) return nullptr;  // ENOENT: removed meanwhile
      level.size = static_cast<std::size_t>(got);
      level.at = 0;
    }
    const auto* entry = reinterpret_cast<const dirent64*>(level.entries.get() + level.at);
    level.at += entry->d_reclen;
    level.position = entry->d_off;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return entry;
  }
}

int DirStack::rewind() {
  Level& level = levels_.back();
  ::lseek(level.fd.get(), 0, SEEK_SET);
  level.size = level.at = 0;
  return ++level.rewinds;
}

std::string DirStack::shown(const std::string& leaf) const {
  std::string text;
  const auto add = [&](const std::string& name) {
    if (!text.empty()) text += '/';
    text += name;
  };
  for (std::size_t i = 1; i < levels_.size() && text.size() <= kShownSize; ++i) add(levels_[i].name);
  if (!leaf.empty()) add(leaf);
  if (text.size() > kShownSize) text = text.substr(0, kShownSize) + "…";
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

}  // namespace cni::base
