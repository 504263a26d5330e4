#include "runtime/usage/disk_usage.h"

#include <fcntl.h>

#include <set>
#include <utility>

#include "base/dir_stack.h"
#include "base/files.h"
#include "base/interruption.h"

namespace podrun {
namespace {

// Whatever changed under us: it is counted next time.
bool has_changed(const Error& error) {
  const int number = error.error_number;
  return number == ENOENT || number == ENOTDIR || number == ELOOP || number == EXDEV || number == ESTALE;
}

class Counter {
 public:
  // Whether it is a directory to go on in.
  bool count(const struct stat& info) {
    if (!S_ISDIR(info.st_mode) && info.st_nlink > 1 && !several_names_.emplace(info.st_dev, info.st_ino).second)
      return false;
    bytes_ += disk_bytes(info);
    return S_ISDIR(info.st_mode);
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
  std::set<std::pair<dev_t, ino_t>> several_names_;
};

}  // namespace

std::uint64_t disk_bytes(const struct stat& info) {
  constexpr std::uint64_t kBlock = 512;  // of st_blocks, whatever the filesystem's are
  return static_cast<std::uint64_t>(info.st_blocks) * kBlock;
}

Result<std::uint64_t> disk_usage(const std::string& directory) {
  auto root = base::open_file(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!root && root.error().error_number == ENOENT) return std::uint64_t{0};
  if (!root) return std::move(root).error();
  struct stat info {};
  if (::fstat(root->get(), &info) != 0) return Error::system(errno, "stat '" + directory + "'");
  Counter counter;
  counter.count(info);
  for (base::DirStack stack(std::move(root).value());;) {
    TRY(base::check_interruption());
    auto entry = stack.next();
    if (!entry && !has_changed(entry.error())) return std::move(entry).error().in("'" + directory + "'");
    if (!entry || *entry == nullptr) {
      if (stack.at_root()) return counter.bytes();
      auto left = stack.leave();
      if (!left && !has_changed(left.error())) return std::move(left).error().in("'" + directory + "'");
      if (!left) return counter.bytes();  // the way back was moved: the rest is counted next time
      continue;
    }
    const std::string name = (*entry)->d_name;
    if (::fstatat(stack.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) continue;
    if (!counter.count(info)) continue;
    auto entered = stack.enter(name);
    if (!entered && !has_changed(entered.error())) return std::move(entered).error().in("'" + directory + "'");
  }
}

}  // namespace podrun
