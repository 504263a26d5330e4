#include "runtime/init/root.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"
#include "runtime/kernel/inside.h"
#include "runtime/kernel/namespaces.h"

namespace podrun::init {
namespace {

Result<void> attach_at(int mount, int point, const std::string& target) {
  if (::move_mount(mount, "", point, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0) return {};
  if (errno == ENOTDIR)
    return Error{Kind::invalid, ENOTDIR,
                 "mount at '" + target + "': the image has a directory there, a file is needed"};
  return Error::system(errno, "mount at '" + target + "'");
}

// In an image, or in a volume that is mounted already, a link may lead anywhere: never over a file of the kernel's that
// was to be masked (CVE-2019-16884).
Result<void> check_point(int point, const std::string& target) {
  struct statfs filesystem {};
  if (::fstatfs(point, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC)
    return Error{Kind::denied, 0, "mount at '" + target + "': it leads into /proc"};
  return {};
}

Result<void> attach_inside(int mount, const std::string& target) {
  struct stat info {};
  if (::fstat(mount, &info) != 0) return Error::system(errno, "stat what is mounted at '" + target + "'");
  const Fd point = TRY(make_inside(AT_FDCWD, target, !S_ISDIR(info.st_mode)));
  TRY(check_point(point.get(), target));
  return attach_at(mount, point.get(), target);
}

// The way below a volume is somebody else's to choose, who may be changing it now.
Result<Fd> clone_pods(const Mount& mount) {
  if (mount.sub_path.empty()) return mounts::clone(AT_FDCWD, mount.what, mount.attributes);
  const Fd volume = TRY(base::open_file(mount.what, O_PATH));
  const Fd part = TRY(find_or_make_inside(volume.get(), mount.sub_path, TRY(like(volume.get()))));
  return mounts::clone(part.get(), "", mount.attributes);
}

// Whatever is there counts: an image may call a file a volume.
Result<Fd> clone_own(const Mount& mount) {
  const Fd there = TRY(find_or_make_inside(AT_FDCWD, mount.what, {}));
  TRY(check_point(there.get(), mount.target));
  return mounts::clone(there.get(), "", mount.attributes);
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
        fd = TRY(clone_pods(mount).in("mount '" + mount.target + "'"));
        break;
      case Mount::Source::own:
        break;  // it is not there yet
    }
    ready.push_back({&mount, std::move(fd)});
  }
  return ready;
}

Result<void> write_sysctls(const std::vector<std::pair<std::string, std::string>>& sysctls,
                           const std::vector<Ready>& mounts) {
  if (sysctls.empty()) return {};
  const auto proc = std::find_if(mounts.begin(), mounts.end(), [](const Ready& one) {
    return one.plan->source == Mount::Source::filesystem && one.plan->what == "proc";
  });
  if (proc == mounts.end()) return Error{Kind::internal, 0, "set sysctls: there is no procfs among the mounts"};
  for (const auto& [name, value] : sysctls) {
    std::string path = "sys/" + name;
    for (char& c : path)  // a slash in a name is a dot of an interface's name, as for sysctl(8)
      if (&c >= path.data() + 4 && (c == '.' || c == '/')) c = c == '.' ? '/' : '.';
    const Fd file(::openat(proc->mount.get(), path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file && errno == ENOENT)
      return Error{
          Kind::unsupported, ENOENT,
          "set sysctl '" + name + "': this kernel has none of that name for a pod (perhaps with hostUsers: true)"};
    if (!file || ::write(file.get(), value.data(), value.size()) < 0)
      return Error::system(errno, "set sysctl '" + name + "' to '" + value + "'");
  }
  return {};
}

// What is to be masked or made read-only; an Fd of nothing where this kernel has no such file.
Result<Fd> open_if_there(const std::string& path, struct stat& info) {
  auto there = open_inside(AT_FDCWD, path, O_PATH | O_NOFOLLOW);
  if (!there) return there.error().error_number == ENOENT ? Result<Fd>(Fd()) : std::move(there).error();
  if (::fstat(there->get(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  return there;
}

// Our own /dev, made by us a moment ago; still, what is mounted must be the null device and not what an attacker put
// there (CVE-2025-31133).
Result<Fd> open_null() {
  Fd null = TRY(open_inside(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW));
  struct stat info {};
  if (::fstat(null.get(), &info) != 0 || !S_ISCHR(info.st_mode) || info.st_rdev != makedev(1, 3))
    return Error{Kind::denied, 0, "open '/dev/null': it is not the null device"};
  return null;
}

Result<void> mask(const std::string& path, int null) {
  struct stat info {};
  const Fd there = TRY(open_if_there(path, info));
  if (!there) return {};
  const Fd over = TRY(S_ISDIR(info.st_mode)
                          ? mounts::make("tmpfs", {{"nr_inodes", "1"}, {"mode", "0555"}},
                                         MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
                          : mounts::clone(null, ""));
  return attach_at(over.get(), there.get(), path);
}

Result<void> make_read_only(const std::string& path) {
  struct stat info {};
  const Fd there = TRY(open_if_there(path, info));
  if (!there) return {};
  const Fd clone = TRY(mounts::clone(there.get(), "", MOUNT_ATTR_RDONLY));
  return attach_at(clone.get(), there.get(), path);
}

}  // namespace

Result<void> build_root(const Root& root, std::vector<Fd> sent, const std::string& cwd) {
  TRY(mounts::stop_propagation());
  if (!root.hostname.empty() && ::sethostname(root.hostname.data(), root.hostname.size()) != 0)
    return Error::system(errno, "set hostname '" + root.hostname + "'");
  if (root.loopback) TRY(bring_loopback_up());

  std::vector<Ready> ready = TRY(make_all(root.mounts, sent));
  if (ready.empty()) return Error{Kind::internal, 0, "build the root filesystem: nothing to build it from"};
  TRY(write_sysctls(root.sysctls, ready));
  TRY(mounts::pivot_into(ready.front().mount.get()));
  // From here nothing of the host's or the pod's filesystem can be reached by any path.
  for (auto next = ready.begin() + 1; next != ready.end(); ++next) {
    const Mount& mount = *next->plan;
    if (mount.source == Mount::Source::own) next->mount = TRY(clone_own(mount).in("mount '" + mount.target + "'"));
    TRY(attach_inside(next->mount.get(), mount.target));
  }
  const Fd null = TRY(open_null());
  for (const auto& path : root.masked) TRY(mask(path, null.get()).in("mask '" + path + "'"));
  for (const auto& path : root.read_only) TRY(make_read_only(path).in("make '" + path + "' read-only"));
  if (!root.is_read_only) return {};
  // Last: mount points and the working directory had to be made in it. Whoever enters that says what is wrong with it.
  if (cwd.starts_with('/')) (void)make_inside(AT_FDCWD, cwd, false);
  return mounts::set_attributes(ready.front().mount.get(), MOUNT_ATTR_RDONLY).in("make '/' read-only");
}

}  // namespace podrun::init
