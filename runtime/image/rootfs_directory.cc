#include "runtime/image/rootfs_directory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <optional>
#include <sstream>

#include "base/files.h"
#include "runtime/kernel/mountinfo.h"

namespace podrun::image {
namespace {

// Not those that other filesystems are mounted at (/mnt, /srv): there may be a root filesystem in one.
constexpr const char* kSystemDirectories[] = {
    "/bin",  "/boot", "/dev", "/dev/shm", "/etc",       "/home", "/lib",     "/lib64",   "/root",   "/run",
    "/sbin", "/tmp",  "/usr", "/usr/lib", "/usr/local", "/var",  "/var/lib", "/var/log", "/var/tmp"};

constexpr unsigned long kKernelFilesystems[] = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,        CGROUP_SUPER_MAGIC,
                                                CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC,      TRACEFS_MAGIC,
                                                SECURITYFS_MAGIC,    DEVPTS_SUPER_MAGIC, BPF_FS_MAGIC};

bool same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

std::optional<struct stat> stat_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? std::optional(info) : std::nullopt;
}

// Where "/" is only a part of its filesystem (ostree, a container), the whole of it is the host's all the same.
bool is_root_of_hosts_filesystem(int fd, const struct stat& info, const struct stat& host_root) {
  struct statx more {};
  if (info.st_dev != host_root.st_dev || ::statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &more) != 0 ||
      (more.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
    return false;
  bool is_whole = false;
  const std::string mounts = read_mountinfo().value_or("");
  each_mount(mounts, [&](const MountLine& mount) { is_whole |= mount.id == more.stx_mnt_id && mount.root == "/"; });
  return is_whole;
}

// passwd(5): the sixth field.
bool is_somebodys_home(const struct stat& info) {
  std::istringstream lines(base::read_file("/etc/passwd").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; i < 6; ++i) std::getline(fields, field, ':');
    const auto home = field.starts_with('/') ? stat_of(field) : std::nullopt;
    if (home && same(*home, info)) return true;
  }
  return false;
}

// By path as well: what lies in one of them has an inode of its own.
bool touches(const std::string& path, const struct stat& info, const std::string& own) {
  const auto is_within = [](const std::string& inner, const std::string& outer) {
    return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '/');
  };
  const auto there = stat_of(own);
  if (there && same(*there, info)) return true;
  std::error_code none;
  const std::string real = std::filesystem::weakly_canonical(own, none).string();
  return !real.empty() && (is_within(path, real) || is_within(real, path));
}

// Why it cannot be an image; empty when it can.
std::string objection(int fd, const struct stat& info) {
  struct statfs filesystem {};
  const auto host_root = stat_of("/");
  if (host_root && same(*host_root, info)) return "the host's own root cannot be an image";
  if (::fstatfs(fd, &filesystem) == 0 && std::count(std::begin(kKernelFilesystems), std::end(kKernelFilesystems),
                                                    static_cast<unsigned long>(filesystem.f_type)) != 0)
    return "the kernel's own files cannot be an image";
  if (host_root && is_root_of_hosts_filesystem(fd, info, *host_root))
    return "the filesystem that the host's root is on cannot be an image";
  for (const char* directory : kSystemDirectories)
    if (const auto system = stat_of(directory); system && same(*system, info))
      return std::string("the host's own ") + directory + " cannot be an image";
  if (info.st_uid != 0 && is_somebodys_home(info)) return "somebody's home cannot be an image";
  if ((info.st_mode & S_ISVTX) != 0 && (info.st_mode & S_IWOTH) != 0)
    return "a directory that users share cannot be an image";
  return {};
}

}  // namespace

Result<RootfsDirectory> open_rootfs(const std::string& directory, const std::vector<std::string>& own) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_NO_MAGICLINKS;
  Fd fd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, directory.c_str(), &how, sizeof how)));
  if (!fd && errno == ENOENT) return Error{Kind::not_found, errno, "'" + directory + "': no such directory"};
  if (!fd && errno == ENOTDIR) return Error{Kind::invalid, errno, "'" + directory + "': is not a directory"};
  if (!fd && errno == ELOOP)
    return Error{Kind::invalid, errno, "'" + directory + "': leads through too many links, or one of /proc"};
  struct stat info {};
  std::string path(PATH_MAX, '\0');
  if (!fd || ::fstat(fd.get(), &info) != 0) return Error::system(errno, "open '" + directory + "'");
  const std::string link = "/proc/self/fd/" + std::to_string(fd.get());
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  if (size <= 0) return Error::system(errno, "resolve '" + directory + "'");
  path.resize(static_cast<std::size_t>(size));
  std::string why = objection(fd.get(), info);
  if (why.empty() && std::any_of(own.begin(), own.end(), [&](const auto& one) { return touches(path, info, one); }))
    why = "podrun's own files, with those of other pods, cannot be an image";
  if (!why.empty())
    return Error{Kind::invalid, 0,
                 "'" + directory + "': " + why +
                     "; give a directory that holds a root filesystem of its own (debootstrap makes one)"};
  return RootfsDirectory{std::move(path), std::make_shared<const Fd>(std::move(fd))};
}

}  // namespace podrun::image
