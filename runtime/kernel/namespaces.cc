#include "runtime/kernel/namespaces.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cstring>

#include "base/files.h"

namespace podrun {
namespace {

constexpr long kNsfsMagic = 0x6e736673;

std::string ns_path(pid_t pid, const char* name) { return "/proc/" + std::to_string(pid) + "/ns/" + name; }

}  // namespace

Result<std::map<std::string, std::uint64_t>> namespace_inodes(pid_t pid) {
  std::map<std::string, std::uint64_t> inodes;
  for (const auto& kind : kNamespaces) {
    struct stat info {};
    const std::string path = ns_path(pid, kind.name);
    if (::stat(path.c_str(), &info) != 0) return Error::system(errno, "read namespace '" + path + "'");
    inodes[kind.name] = info.st_ino;
  }
  return inodes;
}

Result<Fd> open_namespace(pid_t pid, const char* name) { return base::open_file(ns_path(pid, name), O_RDONLY); }

Result<void> write_id_maps(pid_t pid, std::uint32_t base, std::uint32_t count) {
  const std::string map = "0 " + std::to_string(base) + " " + std::to_string(count) + "\n";
  for (const char* file : {"/uid_map", "/gid_map"})
    TRY(base::write_in_place("/proc/" + std::to_string(pid) + file, map));
  return {};
}

Result<void> bring_loopback_up() {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return Error::system(errno, "open a socket to bring 'lo' up");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return Error::system(errno, "bring 'lo' up");
  return {};
}

namespace netns {

Result<void> pin(int ns_fd, const std::string& path) {
  const auto slash = path.rfind('/');
  TRY(base::make_dirs(path.substr(0, slash)));
  { TRY(base::open_file(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0444)); }
  const std::string source = "/proc/self/fd/" + std::to_string(ns_fd);
  if (::mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    const int error_number = errno;
    ::unlink(path.c_str());
    return Error::system(error_number, "mount the network namespace at '" + path + "'");
  }
  return {};
}

Result<std::uint64_t> pinned_inode(const std::string& path) {
  const Fd fd = TRY(base::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  struct statfs filesystem {};
  struct stat info {};
  if (::fstatfs(fd.get(), &filesystem) != 0 || ::fstat(fd.get(), &info) != 0)
    return Error::system(errno, "stat '" + path + "'");
  if (filesystem.f_type != kNsfsMagic)
    return Error{Kind::not_found, 0, "read network namespace '" + path + "': the file is no pinned namespace"};
  return info.st_ino;
}

Result<void> unpin(const std::string& path, std::uint64_t inode) {
  if (!base::path_exists(path)) return {};
  auto pinned = pinned_inode(path);
  if (pinned && inode != 0 && *pinned != inode)
    return Error{Kind::busy, 0, "unpin '" + path + "': another namespace is pinned there"};
  if (pinned && ::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
    return Error::system(errno, "unmount '" + path + "'");
  if (!pinned && pinned.error().kind != Kind::not_found) return std::move(pinned).error();
  return base::remove_file(path);  // also the plain file of a pin that was killed before its mount
}

}  // namespace netns
}  // namespace podrun
