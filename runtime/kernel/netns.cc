// Network namespaces that have a name: files with the namespace mounted on them, as ip-netns(8) makes and reads them.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/kernel/mounts.h"
#include "runtime/kernel/namespaces.h"

namespace podrun::netns {
namespace {

constexpr long kNsfsMagic = 0x6e736673;

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool is_mount_point(int dir) {
  struct statx info {};
  return ::statx(dir, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

// ip-netns(8) takes the same lock for the same step. Anybody who may read the directory can hold it, so it is not
// waited for without end: two mounts, one over the other, are ugly and work.
void lock_briefly(int dir) {
  constexpr timespec kPause{0, 2'000'000};
  for (int attempt = 0; attempt < 100 && ::flock(dir, LOCK_EX | LOCK_NB) != 0; ++attempt) ::nanosleep(&kPause, nullptr);
}

Result<void> make_mount_point(const std::string& path) {
  Fd dir = TRY(base::open_file(path, O_RDONLY | O_DIRECTORY));
  if (is_mount_point(dir.get())) return {};
  lock_briefly(dir.get());
  const Fd now = TRY(base::open_file(path, O_RDONLY | O_DIRECTORY));  // another may have come before the lock
  if (is_mount_point(now.get())) return {};
  if (::mount(path.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0 ||
      ::mount(nullptr, path.c_str(), nullptr, MS_SHARED | MS_REC, nullptr) != 0)
    return Error::system(errno, "mount '" + path + "' over itself");
  return {};
}

// A file that something is mounted on cannot be unlinked where that mount is, also where another hides it: a directory
// mounted over itself, say. In a mount namespace in which nothing is mounted on it any more it can, and that takes the
// hidden mount away everywhere.
Result<void> unlink_hidden(const std::string& path) {
  const std::string dir_path = directory_of(path);
  const Fd dir = TRY(base::open_file(dir_path, O_PATH | O_DIRECTORY));
  const auto alone = TRY(mounts::PrivateNamespace::enter());
  const std::string name = path.substr(dir_path.size() + 1);
  while (::unlinkat(dir.get(), name.c_str(), 0) != 0) {
    if (errno == ENOENT) return {};
    if (errno != EBUSY) return Error::system(errno, "remove '" + path + "'");
    if (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) continue;
    if (::umount2(dir_path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) continue;
    return Error{Kind::busy, EBUSY, "remove '" + path + "': something is mounted there"};
  }
  return {};
}

// Kind::not_found when the file is absent or is no pinned namespace.
Result<base::NetnsIdentity> pinned_at(const std::string& path) {
  const Fd fd = TRY(base::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  struct statfs filesystem {};
  if (::fstatfs(fd.get(), &filesystem) != 0) return Error::system(errno, "stat '" + path + "'");
  if (filesystem.f_type == kNsfsMagic) return base::identify_netns(fd, path);
  return Error{Kind::not_found, 0, "read network namespace '" + path + "': the file is no pinned namespace"};
}

// Whether ours is below what is mounted there: seen in a copy of the mounts, from which that is taken off.
Result<bool> is_hidden(const std::string& path, const base::NetnsIdentity& ours) {
  const auto copy = TRY(mounts::PrivateNamespace::enter());
  while (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
    if (const auto below = pinned_at(path); below && ours.is(*below)) return true;
  return false;
}

// `exclusive`: O_EXCL, or 0 where the file may be there.
Result<void> pin_at(int ns_fd, const std::string& path, int exclusive) {
  TRY(make_directory(directory_of(path)));
  { TRY(base::open_file(path, O_RDONLY | O_CREAT | exclusive | O_NOFOLLOW, 0444)); }
  const std::string source = "/proc/self/fd/" + std::to_string(ns_fd);
  if (::mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    const int error_number = errno;
    ::unlink(path.c_str());
    return Error::system(error_number, "mount the network namespace at '" + path + "'");
  }
  return {};
}

}  // namespace

Result<void> make_directory(const std::string& path) {
  TRY(base::make_dirs(path));
  return make_mount_point(path);
}

Result<void> pin(int ns_fd, const std::string& path) { return pin_at(ns_fd, path, O_EXCL); }

bool is_pinned(const std::string& path, const base::NetnsIdentity& ours) {
  const auto pinned = pinned_at(path);
  return pinned && ours.is(*pinned);
}

Result<void> pin_again(int ns_fd, const std::string& path) {
  const auto pinned = pinned_at(path);
  if (pinned) return Error{Kind::busy, 0, "pin '" + path + "' again: another namespace is pinned there"};
  if (pinned.error().kind != Kind::not_found) return pinned.error();
  return pin_at(ns_fd, path, 0);  // umount(8) leaves the file
}

Result<void> unpin(const std::string& path, const base::NetnsIdentity& ours) {
  if (!base::path_exists(path)) return {};
  auto pinned = pinned_at(path);
  if (pinned && !ours.is(*pinned)) {
    if (!TRY(is_hidden(path, ours))) return {};
    return Error{Kind::busy, 0, "unpin '" + path + "': another namespace is mounted over the pod's; unmount it first"};
  }
  if (pinned && ::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
    return Error::system(errno, "unmount '" + path + "'");
  if (!pinned && pinned.error().kind != Kind::not_found) return std::move(pinned).error();
  auto removed = base::remove_file(path);  // also the plain file of a pin that was killed before its mount
  return !removed && removed.error().error_number == EBUSY ? unlink_hidden(path) : std::move(removed);
}

}  // namespace podrun::netns
