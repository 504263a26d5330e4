#include "runtime/init/root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/kernel/namespaces.h"

namespace podrun::init {
namespace {

// Paths inside the new root are the image's to choose: a link there may lead anywhere inside, but procfs's magic links
// lead out of it (CVE-2025-52881), so those are never followed.
Result<Fd> open_inside(const std::string& path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  Fd fd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof(how))));
  if (!fd) return Error::system(errno, "open '" + path + "' in the root filesystem");
  return fd;
}

// Makes the mount point where the image has none: every directory on the way, and the last as a file or directory.
Result<void> make_mount_point(const std::string& path, bool is_file) {
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (::mkdir(path.substr(0, slash).c_str(), 0755) != 0 && errno != EEXIST)
      return Error::system(errno, "make directory '" + path.substr(0, slash) + "' in the root filesystem");
  const bool made = is_file ? ::mknod(path.c_str(), S_IFREG | 0644, 0) == 0 : ::mkdir(path.c_str(), 0755) == 0;
  if (!made && errno != EEXIST) return Error::system(errno, "make mount point '" + path + "' in the root filesystem");
  return {};
}

Result<void> attach_inside(int mount, const std::string& target, bool is_file) {
  const std::uint64_t flags = O_PATH | (is_file ? 0U : static_cast<unsigned>(O_DIRECTORY));
  auto point = open_inside(target, flags);
  if (!point && point.error().error_number == ENOENT) {
    TRY(make_mount_point(target, is_file));
    point = open_inside(target, flags);
  }
  const Fd opened = TRY(std::move(point));
  if (::move_mount(mount, "", opened.get(), "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
    return Error::system(errno, "mount at '" + target + "'");
  return {};
}

struct Ready {
  const Mount* plan;
  Fd mount;
};

// While the pod's own mounts are still in sight: the kernel lets a user namespace make a procfs or sysfs only where it
// sees a complete one already.
Result<std::vector<Ready>> make_all(const std::vector<Mount>& mounts, std::vector<Fd>& sent) {
  std::vector<Ready> ready;
  ready.reserve(mounts.size());
  std::size_t next_sent = 0;
  for (const Mount& mount : mounts) {
    Fd fd;
    switch (mount.source) {
      case Mount::Source::sent:
        if (next_sent == sent.size()) return Error{Kind::internal, 0, "mount '" + mount.target + "': it was not sent"};
        fd = std::move(sent[next_sent++]);
        break;
      case Mount::Source::filesystem:
        fd = TRY(mounts::make(mount.what, mount.options, mount.attributes).in("mount '" + mount.target + "'"));
        break;
      case Mount::Source::pod:
        fd = TRY(mounts::clone(AT_FDCWD, mount.what));
        break;
    }
    ready.push_back({&mount, std::move(fd)});
  }
  return ready;
}

Result<void> mask(const std::string& path) {
  auto there = open_inside(path, O_PATH | O_NOFOLLOW);
  if (!there) return there.error().error_number == ENOENT ? Result<void>() : std::move(there).error();
  struct stat info {};
  if (::fstat(there->get(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  if (S_ISDIR(info.st_mode)) {
    const Fd empty = TRY(mounts::make("tmpfs", {{"nr_inodes", "1"}, {"mode", "0555"}},
                                      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    return attach_inside(empty.get(), path, false);
  }
  // Our own /dev, made by us a moment ago; still, what is mounted must be the null device and not what an attacker put
  // there (CVE-2025-31133).
  const Fd null = TRY(open_inside("/dev/null", O_PATH | O_NOFOLLOW));
  if (::fstat(null.get(), &info) != 0 || !S_ISCHR(info.st_mode) || info.st_rdev != makedev(1, 3))
    return Error{Kind::denied, 0, "mask '" + path + "': /dev/null is not the null device"};
  const Fd clone = TRY(mounts::clone(null.get(), ""));
  return attach_inside(clone.get(), path, true);
}

Result<void> make_read_only(const std::string& path) {
  auto there = open_inside(path, O_PATH | O_NOFOLLOW);
  if (!there) return there.error().error_number == ENOENT ? Result<void>() : std::move(there).error();
  struct stat info {};
  if (::fstat(there->get(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  const Fd clone = TRY(mounts::clone(there->get(), "", MOUNT_ATTR_RDONLY));
  return attach_inside(clone.get(), path, !S_ISDIR(info.st_mode));
}

}  // namespace

Result<void> build_root(const Root& root, std::vector<Fd>& sent) {
  TRY(mounts::stop_propagation());
  if (!root.hostname.empty() && ::sethostname(root.hostname.data(), root.hostname.size()) != 0)
    return Error::system(errno, "set hostname '" + root.hostname + "'");
  if (root.loopback) TRY(bring_loopback_up());

  std::vector<Ready> ready = TRY(make_all(root.mounts, sent));
  if (ready.empty()) return Error{Kind::internal, 0, "build the root filesystem: nothing to build it from"};
  TRY(mounts::pivot_into(ready.front().mount.get()));
  // From here nothing of the host's or the pod's filesystem can be reached by any path.
  for (auto next = ready.begin() + 1; next != ready.end(); ++next)
    TRY(attach_inside(next->mount.get(), next->plan->target, next->plan->is_file));
  for (const auto& path : root.masked) TRY(mask(path).in("mask '" + path + "'"));
  for (const auto& path : root.read_only) TRY(make_read_only(path).in("make '" + path + "' read-only"));
  if (root.is_read_only)  // last: mount points had to be made in it
    TRY(mounts::set_attributes(ready.front().mount.get(), MOUNT_ATTR_RDONLY).in("make '/' read-only"));
  return {};
}

}  // namespace podrun::init
