#include "runtime/sandbox/volume_group.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir_stack.h"
#include "base/files.h"
#include "base/interruption.h"

namespace podrun {
namespace {

Result<void> give_entry(int fd, const struct stat& info, gid_t group) {
  if (info.st_gid != group && ::fchownat(fd, "", static_cast<uid_t>(-1), group, AT_EMPTY_PATH) != 0)
    return Error::system(errno, "give a file to group " + std::to_string(group));
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return {};
  mode_t mode = mode_for_group(info.st_mode, true) & 07777;
  // What chown has taken away, so that nobody's program runs with a group that its owner is not in.
  if (S_ISREG(info.st_mode) && info.st_gid != group) mode &= ~static_cast<mode_t>(S_ISUID | S_ISGID);
  // Of a descriptor that was only looked at (O_PATH) the mode is changed by its name in procfs.
  if (::chmod(("/proc/self/fd/" + std::to_string(fd)).c_str(), mode) != 0)
    return Error::system(errno, "change the mode of a file of group " + std::to_string(group));
  return {};
}

// Whether it is a directory to go on in. What is gone meanwhile is fine.
Result<bool> give_entry(const base::DirStack& stack, const std::string& name, gid_t group) {
  const Fd fd(::openat(stack.fd(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!fd && errno == ENOENT) return false;
  if (!fd || ::fstat(fd.get(), &info) != 0) return Error::system(errno, "open '" + stack.shown(name) + "'");
  TRY(give_entry(fd.get(), info, group).in("'" + stack.shown(name) + "'"));
  return S_ISDIR(info.st_mode);
}

bool is_passed_over(const Error& error) {
  const int number = error.error_number;
  return number == ENOENT || number == ENOTDIR || number == ELOOP || number == EXDEV;
}

Result<void> give_below(Fd root, gid_t group) {
  base::DirStack stack(std::move(root));
  for (;;) {
    TRY(base::check_interruption());
    const dirent64* const entry = TRY(stack.next());
    if (entry == nullptr) {
      if (stack.at_root()) return {};
      TRY(stack.leave());
      continue;
    }
    const std::string name = entry->d_name;
    if (!TRY(give_entry(stack, name, group))) continue;
    auto entered = stack.enter(name);
    if (!entered && !is_passed_over(entered.error())) return std::move(entered).error();
  }
}

}  // namespace

mode_t mode_for_group(mode_t mode, bool writes) {
  mode |= writes ? 0660 : 0440;
  return S_ISDIR(mode) ? mode | S_ISGID | 0110 : mode;
}

Result<void> give_to_group(const std::string& path, gid_t group, bool only_where_it_differs) {
  const Fd root = TRY(base::open_file(path, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  struct stat info {};
  if (::fstat(root.get(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  const bool has_group = info.st_gid == group && mode_for_group(info.st_mode, true) == info.st_mode;
  if (has_group && only_where_it_differs) return {};
  TRY(give_below(TRY(base::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)), group).in("'" + path + "'"));
  return give_entry(root.get(), info, group).in("'" + path + "'");
}

}  // namespace podrun
