#include "runtime/image/layer_copier.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

#include "base/interruption.h"
#include "runtime/image/errors.h"
#include "runtime/image/file_copy.h"
#include "runtime/image/whiteout.h"
#include "runtime/image/xattrs.h"

namespace podrun::image {
namespace {

// Only files of the layer itself: what is mounted over one is not, and what it was replaced by meanwhile is not opened.
Fd open_regular(int parent, const std::string& name) {
  open_how how{};
  how.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  return Fd(static_cast<int>(::syscall(SYS_openat2, parent, name.c_str(), &how, sizeof how)));
}

std::string link_name(const struct stat& info) {
  return std::to_string(info.st_dev) + "-" + std::to_string(info.st_ino);
}

}  // namespace

Result<void> LayerCopier::run() {
  TRY(begin_directory());
  for (;;) {
    if (const dirent64* entry = TRY(source_.next())) {
      TRY(copy_entry(entry->d_name));
      continue;
    }
    TRY(end_directory());
    if (source_.at_root()) return {};
    TRY(source_.leave());
    TRY(target_.leave());
  }
}

Result<void> LayerCopier::begin_directory() {
  const std::string shown = source_.shown();
  struct stat info {};
  if (::fstat(source_.fd(), &info) != 0) return failed("stat", shown);
  TRY(set_owner_and_mode(target_.fd(), TRY(shifted(info, shown)), shown));
  TRY(copy_xattrs(source_.fd(), target_.fd(), id_base_, shown));
  if (!is_opaque(source_.fd())) return {};
  while (const dirent64* entry = TRY(target_.next())) {
    const std::string name = entry->d_name;
    TRY(clear({target_.fd(), name, shown}, false));
  }
  return {};
}

// Last, since every entry that is made changes it.
Result<void> LayerCopier::end_directory() {
  const std::string shown = source_.shown();
  struct stat info {};
  if (::fstat(source_.fd(), &info) != 0) return failed("stat", shown);
  return set_time(target_.fd(), TRY(shifted(info, shown)), shown);
}

Result<void> LayerCopier::copy_entry(const std::string& name) {
  TRY(base::check_interruption());
  const std::string shown = source_.shown(name);
  const Spot spot{target_.fd(), name, shown};
  struct stat info {};
  if (::fstatat(source_.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return failed("stat", shown);
  const bool file = S_ISREG(info.st_mode) || S_ISLNK(info.st_mode) || S_ISFIFO(info.st_mode);
  if (!file && !S_ISDIR(info.st_mode) && !is_whiteout(info)) return {};
  TRY(clear(spot, S_ISDIR(info.st_mode)));
  if (S_ISDIR(info.st_mode)) return enter(spot);
  if (!file || TRY(linked_to_copy(info, spot))) return {};
  if (S_ISLNK(info.st_mode)) TRY(copy_link(info, spot));
  if (S_ISFIFO(info.st_mode)) TRY(copy_fifo(info, spot));
  if (S_ISREG(info.st_mode)) TRY(copy_file(info, spot));
  if (info.st_nlink > 1 && ::linkat(spot.parent, name.c_str(), links_, link_name(info).c_str(), 0) != 0 &&
      errno != ENOENT)  // a file that was not copied
    return failed("make hard link", shown);
  return {};
}

Result<void> LayerCopier::enter(const Spot& spot) {
  if (::mkdirat(spot.parent, spot.leaf.c_str(), 0700) != 0 && errno != EEXIST)
    return failed("make directory", spot.shown);
  auto entered = source_.enter(spot.leaf);
  // Something is mounted there: no part of the layer.
  if (!entered && entered.error().error_number == EXDEV)
    return set_all_by_name(spot, {id_base_, id_base_, 0755, {}}, false);
  TRY(std::move(entered));
  TRY(target_.enter(spot.leaf));
  return begin_directory();
}

Result<bool> LayerCopier::linked_to_copy(const struct stat& info, const Spot& spot) {
  if (info.st_nlink < 2) return false;
  const std::string link = link_name(info);
  if (::linkat(links_, link.c_str(), spot.parent, spot.leaf.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;  // the first of its names
  if (errno != EMLINK) return failed("make hard link", spot.shown);
  // One link more than the file system takes, since ours is among them.
  if (::unlinkat(links_, link.c_str(), 0) != 0) return failed("make hard link", spot.shown);
  return false;
}

Result<void> LayerCopier::copy_file(const struct stat& info, const Spot& spot) {
  const Attributes attributes = TRY(shifted(info, spot.shown));
  const Fd source = open_regular(source_.fd(), spot.leaf);
  if (!source && errno == EXDEV) return {};
  struct stat opened {};
  if (!source || ::fstat(source.get(), &opened) != 0) return failed("open", spot.shown);
  if (!S_ISREG(opened.st_mode)) return Error{Kind::busy, 0, "'" + spot.shown + "': somebody changes it meanwhile"};
  const Fd copy(::openat(spot.parent, spot.leaf.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!copy) return failed("make file", spot.shown);
  TRY(copy_content(source.get(), copy.get(), static_cast<std::uint64_t>(opened.st_size), spot.shown));
  TRY(set_owner_and_mode(copy.get(), attributes, spot.shown));
  TRY(copy_xattrs(source.get(), copy.get(), id_base_, spot.shown));
  return set_time(copy.get(), attributes, spot.shown);
}

Result<void> LayerCopier::copy_link(const struct stat& info, const Spot& spot) {
  const Attributes attributes = TRY(shifted(info, spot.shown));
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(source_.fd(), spot.leaf.c_str(), target.data(), target.size());
  if (size < 0) return failed("read link", spot.shown);
  target.resize(static_cast<std::size_t>(size));
  if (::symlinkat(target.c_str(), spot.parent, spot.leaf.c_str()) != 0) return failed("make link", spot.shown);
  return set_all_by_name(spot, attributes, true);
}

Result<void> LayerCopier::copy_fifo(const struct stat& info, const Spot& spot) {
  const Attributes attributes = TRY(shifted(info, spot.shown));
  if (::mkfifoat(spot.parent, spot.leaf.c_str(), 0600) != 0) return failed("make fifo", spot.shown);
  return set_all_by_name(spot, attributes, false);
}

Result<Attributes> LayerCopier::shifted(const struct stat& info, const std::string& shown) const {
  if (info.st_uid >= kIdCount || info.st_gid >= kIdCount)
    return Error{Kind::unsupported, 0,
                 "'" + shown + "': is owned by " + std::to_string(info.st_uid) + ":" + std::to_string(info.st_gid) +
                     "; a pod has the ids 0 to 65535"};
  return Attributes{id_base_ + info.st_uid, id_base_ + info.st_gid, info.st_mode & 07777U, info.st_mtim};
}

}  // namespace podrun::image
