#include "runtime/kernel/namespaces.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>

#include "base/files.h"

namespace podrun {
namespace {

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

}  // namespace podrun
