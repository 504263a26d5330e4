// Removing what somebody else made: of any depth and number, with any names, and perhaps still being changed.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cni/base/dir_stack.h"
#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni::base {
namespace {

constexpr int kPasses = 64;  // over one directory that others go on filling, or whose entries readdir passed over
constexpr int kStarts = 16;  // from the top, after a directory was moved from under us

// Immutable and append-only files, and what is in such directories, cannot be unlinked. True when a flag was there.
bool make_mutable(int fd) {
  constexpr int kFixed = FS_IMMUTABLE_FL | FS_APPEND_FL;
  int flags = 0;
  if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0 || (flags & kFixed) == 0) return false;
  flags &= ~kFixed;
  return ::ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
}

// Held before it is opened: opening a device or a fifo could do something.
bool make_entry_mutable(int parent, const char* name) {
  const Fd held(::openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!held || ::fstat(held.get(), &info) != 0 || (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))) return false;
  const std::string path = "/proc/self/fd/" + std::to_string(held.get());
  const Fd opened(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  return opened && make_mutable(opened.get());
}

class TreeRemover {
 public:
  TreeRemover(Fd parent, std::string parent_path) : stack_(std::move(parent)), parent_path_(std::move(parent_path)) {}

  Result<void> remove(const std::string& name) {
    TRY(take(name.c_str(), DT_UNKNOWN));
    for (int starts = 1; !stack_.at_root();) {
      const dirent64* entry = TRY(stack_.next());
      if (entry != nullptr) {
        TRY(take(entry->d_name, entry->d_type));
        continue;
      }
      auto done = remove_emptied();
      if (done || done.error().error_number != ESTALE || starts++ == kStarts) {
        TRY(std::move(done));
        continue;
      }
      stack_.back_to_root();
      TRY(take(name.c_str(), DT_UNKNOWN));
    }
    return {};
  }

 private:
  Error failed(int error_number, const std::string& name) const {
    const std::string path = "'" + parent_path_ + "/" + stack_.shown(name) + "'";
    if (error_number == EBUSY || error_number == EXDEV)
      return Error{Kind::busy, EBUSY, "remove " + path + ": something is mounted there (`umount` it first)"};
    return Error::system(error_number, "remove " + path);
  }

  // unlinkat(2), if need be after taking away what forbids it. 0 or errno; what is gone already is fine.
  static int unlink(int parent, const char* name, int flags) {
    if (::unlinkat(parent, name, flags) == 0 || errno == ENOENT) return 0;
    if (errno != EPERM) return errno;
    const bool of_entry = make_entry_mutable(parent, name);
    const bool of_parent = make_mutable(parent);
    if (!of_entry && !of_parent) return EPERM;
    return ::unlinkat(parent, name, flags) == 0 || errno == ENOENT ? 0 : errno;
  }

  // A file is gone afterwards; a directory has been entered.
  Result<void> take(const char* name, unsigned char type) {
    if (type != DT_DIR) {
      const int why = unlink(stack_.fd(), name, 0);
      if (why == 0) return {};
      if (why != EISDIR) return failed(why, name);
    }
    auto entered = stack_.enter(name);
    if (entered || entered.error().error_number == ENOENT) return {};
    const int why = entered.error().error_number;
    if (why != ENOTDIR && why != ELOOP) return failed(why, name);
    if (const int again = unlink(stack_.fd(), name, 0); again != 0) return failed(again, name);  // replaced meanwhile
    return {};
  }

  Result<void> remove_emptied() {
    const int parent = TRY(stack_.parent());
    const char* name = stack_.name().c_str();
    int why = unlink(parent, name, AT_REMOVEDIR);
    if ((why == ENOTEMPTY || why == EEXIST) && stack_.rewind() < kPasses) return {};
    if (why == ENOTDIR) why = unlink(parent, name, 0);  // replaced meanwhile
    if (why != 0) return failed(why, "");
    return stack_.leave();
  }

  DirStack stack_;
  std::string parent_path_;
};

}  // namespace

Result<void> remove_tree(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  Fd opened(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened && errno == ENOENT) return {};
  if (!opened) return Error::system(errno, "open '" + parent + "'");
  return TreeRemover(std::move(opened), parent).remove(path.substr(slash + 1));
}

}  // namespace cni::base
