#include "runtime/sandbox/etc_mount.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

namespace podrun {
namespace {

constexpr const char* kNames[] = {"hosts", "hostname", "resolv.conf"};
constexpr const char* kSize = "2m";  // a host's /etc/hosts may have 1 MiB, and goes into a pod of its network

}  // namespace

Result<EtcMount> EtcMount::make(std::uint32_t owner) {
  EtcMount etc(TRY(mounts::make("tmpfs", {{"mode", "0755"}, {"size", kSize}, {"nr_inodes", "4"}},
                                MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)));
  for (const char* name : kNames) {
    const Fd file(::openat(etc.mount_.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file || ::fchown(file.get(), owner, owner) != 0 || ::fchmod(file.get(), 0644) != 0)
      return Error::system(errno, "make '/etc/" + std::string(name) + "'");
  }
  return etc;
}

Result<Fd> EtcMount::mount() const {
  Fd mount(::fcntl(mount_.get(), F_DUPFD_CLOEXEC, 3));
  if (!mount) return Error::system(errno, "hand over /etc");
  return mount;
}

Result<void> EtcMount::write(const EtcFiles& etc, const std::vector<std::string>& ips, const DnsSpec& dns) const {
  const std::string texts[] = {hosts_text(etc, ips), etc.hostname + "\n", resolv_conf_text(dns)};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    const std::string shown = std::string("/etc/") + kNames[i];
    const Fd file(::openat(mount_.get(), kNames[i], O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return Error::system(errno, "open '" + shown + "'");
    TRY(base::write_all(file.get(), texts[i], shown));
  }
  return {};
}

}  // namespace podrun
