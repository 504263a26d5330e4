#include "kit/src/host/furnish.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/src/host/mounts.h"

namespace cni::kit {
namespace {

const std::string kMemory = "/run";  // of the machine's tree: covered by what is written, until the root is another
const std::string kRoot = kMemory + "/root";

Result<void> mount_at(const std::string& source, const std::string& target, const char* type, unsigned long flags,
                      const std::string& options = "") {
  if (::mount(source.c_str(), target.c_str(), type, flags, options.c_str()) != 0)
    return Error::system(errno, "mount " + std::string(type == nullptr ? source : type) + " at '" + target + "'");
  return {};
}

Result<void> bind_mount(const std::string& source, const std::string& target, unsigned long flags = 0) {
  return mount_at(source, target, nullptr, MS_BIND | flags);
}

Result<void> make_read_only(const std::string& target) {
  return mount_at("none", target, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID);
}

bool is_directory(const std::string& path) {
  struct stat seen {};
  return ::stat(path.c_str(), &seen) == 0 && S_ISDIR(seen.st_mode);
}

bool is_below(const std::string& path, const std::string& dir) {
  return path == dir || (path.starts_with(dir) && path[dir.size()] == '/');
}

// What has contents of its own in the new host.
constexpr std::array<const char*, 7> kOwn{"/proc", "/sys", "/dev", "/run", "/var/run", "/etc/cni", "/var/lib/cni"};

// The machine's filesystems, each once. An autofs is none: to look at it would mount what is behind it.
std::vector<std::string> filesystems() {
  std::vector<std::string> all{"/"};
  std::set<std::string> known{"/"};
  for (const Mount& mount : mount_table()) {
    if (mount.type == "autofs" || known.contains(mount.target)) continue;
    if (std::any_of(kOwn.begin(), kOwn.end(), [&](const char* own) { return is_below(mount.target, own); })) continue;
    known.insert(mount.target);
    all.push_back(mount.target);
  }
  return all;
}

class Furnisher {
 public:
  Result<OwnHost> furnish() {
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return Error::system(errno, "make mounts private");
    const std::vector<std::string> machine = filesystems();
    TRY(mount_at("kit", kMemory, "tmpfs", MS_NOSUID, "mode=0755,size=" + std::to_string(kKept)));
    TRY(base::make_dirs(kRoot));
    for (const std::string& at : machine) TRY(take_over(at));
    TRY(make_empty_places());
    TRY(make_proc());
    TRY(make_sys());
    TRY(make_dev());
    TRY(change_root());
    return std::move(host_);
  }

 private:
  // An overlay where it can be had. Of what is no directory, and of a filesystem that takes none, a view to read.
  Result<void> take_over(const std::string& at) {
    const std::string target = at == "/" ? kRoot : kRoot + at;
    struct stat seen {};
    if (::stat(at.c_str(), &seen) != 0 || ::stat(target.c_str(), &seen) != 0) return {};  // another mount hides it
    if (is_directory(at) && lay_over(at, target)) return {};
    TRY(bind_mount(at, target));
    TRY(make_read_only(target));
    read_only_root_ = read_only_root_ || at == "/";
    return {};
  }

  bool lay_over(const std::string& at, const std::string& target) {
    if (at.find_first_of(":,\\") != std::string::npos) return false;  // signs of the mount options' own
    const std::string place = kMemory + "/layers/" + std::to_string(host_.layers.size());
    if (!base::make_dirs(place + "/written") || !base::make_dirs(place + "/work")) return false;
    struct stat seen {};
    if (::stat(at.c_str(), &seen) == 0) ::chmod((place + "/written").c_str(), seen.st_mode & 07777U);
    const std::string options = "lowerdir=" + at + ",upperdir=" + place + "/written,workdir=" + place + "/work";
    if (!mount_at("kit", target, "overlay", MS_NOSUID, options)) return false;
    auto written = base::open_file(place + "/written", O_PATH | O_DIRECTORY);
    auto below = base::open_file(at, O_PATH | O_DIRECTORY);
    if (!written || !below) return false;
    host_.layers.push_back({at, std::move(*written), std::move(*below)});
    return true;
  }

  Result<void> make_empty_places() {
    TRY(make_empty("/run"));
    TRY(base::make_dirs(kRoot + "/run/netns"));
    TRY(base::make_dirs(kRoot + "/run/lock"));
    for (const char* dir : {"/etc/cni", "/var/lib/cni"}) TRY(make_empty(dir));
    if (read_only_root_)
      for (const char* dir : {"/tmp", "/var/tmp", "/var/log"}) TRY(make_empty(dir));
    return {};
  }

  Result<void> make_empty(const std::string& dir) {
    const std::string own = kMemory + "/own" + dir;
    TRY(base::make_dirs(own));
    auto made = base::make_dirs(kRoot + dir);
    if (!made && !read_only_root_) return made;
    if (!made) return {};  // nobody can make it, so nothing is in it
    return bind_mount(own, kRoot + dir);
  }

  Result<void> make_proc() {
    const std::string proc = kRoot + "/proc";
    TRY(mount_at("proc", proc, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC));
    for (const char* dir : {"/sys", "/sysrq-trigger", "/irq", "/bus", "/fs", "/acpi"}) {
      if (!base::path_exists(proc + dir)) continue;
      TRY(bind_mount(proc + dir, proc + dir));
      TRY(make_read_only(proc + dir));
    }
    TRY(bind_mount(proc + "/sys/net", proc + "/sys/net"));
    return mount_at("none", proc + "/sys/net", nullptr, MS_REMOUNT | MS_BIND | MS_NOSUID);
  }

  Result<void> make_sys() {
    const std::string sys = kRoot + "/sys", links = sys + "/devices/virtual/net";
    TRY(mount_at("sysfs", sys, "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC));
    TRY(make_read_only(sys));
    TRY(bind_mount(links, links));
    return mount_at("none", links, nullptr, MS_REMOUNT | MS_BIND | MS_NOSUID);
  }

  Result<void> make_dev() {
    const std::string dev = kRoot + "/dev";
    const std::string own = kMemory + "/own/dev";
    TRY(base::make_dirs(own + "/net"));
    TRY(base::make_dirs(own + "/pts"));
    TRY(base::make_dirs(own + "/shm"));
    TRY(bind_mount(own, dev));
    for (const std::string name : {"/null", "/zero", "/full", "/random", "/urandom", "/tty", "/net/tun"}) {
      if (!base::path_exists("/dev" + name)) continue;
      TRY(base::open_file(dev + name, O_CREAT | O_RDONLY | O_CLOEXEC, 0666));
      TRY(bind_mount("/dev" + name, dev + name));
    }
    TRY(mount_at("devpts", dev + "/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"));
    for (const auto& [name, to] :
         {std::pair{"/ptmx", "pts/ptmx"}, std::pair{"/fd", "/proc/self/fd"}, std::pair{"/stdin", "/proc/self/fd/0"},
          std::pair{"/stdout", "/proc/self/fd/1"}, std::pair{"/stderr", "/proc/self/fd/2"}})
      if (::symlink(to, (dev + name).c_str()) != 0) return Error::system(errno, "link '" + dev + name + "'");
    return {};
  }

  static Result<void> change_root() {
    if (::chdir(kRoot.c_str()) != 0) return Error::system(errno, "change directory to '" + kRoot + "'");
    if (::syscall(SYS_pivot_root, ".", ".") == 0) {
      if (::umount2(".", MNT_DETACH) != 0) return Error::system(errno, "leave the machine's root");
      return {};
    }
    // An initramfs cannot be left; it can be covered.
    TRY(mount_at(".", "/", nullptr, MS_MOVE));
    if (::chroot(".") != 0 || ::chdir("/") != 0) return Error::system(errno, "change the root");
    return {};
  }

  OwnHost host_;
  bool read_only_root_ = false;
};

}  // namespace

Result<OwnHost> furnish() { return Furnisher().furnish(); }

}  // namespace cni::kit
