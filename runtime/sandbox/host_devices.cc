#include "runtime/sandbox/host_devices.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "base/files.h"

namespace podrun {
namespace {

constexpr int kDeepest = 8;  // /dev/bus/usb/001/002 is four

struct Entry {
  std::string name;
  struct stat info {};
};

Result<std::vector<Entry>> entries_of(int directory) {
  const int copy = ::fcntl(directory, F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::fdopendir(copy), ::closedir);
  if (!open) return Error::system(errno, "read '/dev'");
  std::vector<Entry> entries;
  while (const dirent* const next = ::readdir(open.get())) {
    Entry entry{next->d_name, {}};
    if (entry.name == "." || entry.name == "..") continue;
    // What is gone by now was unplugged.
    if (::fstatat(directory, entry.name.c_str(), &entry.info, AT_SYMLINK_NOFOLLOW) == 0)
      entries.push_back(std::move(entry));
  }
  return entries;
}

Result<void> add_devices(int from, int to, dev_t filesystem, int depth) {
  for (const Entry& entry : TRY(entries_of(from))) {
    const char* const name = entry.name.c_str();
    const auto failed = [&] { return Error::system(errno, "make '" + entry.name + "' in the container's /dev"); };
    if (S_ISDIR(entry.info.st_mode) && entry.info.st_dev == filesystem && depth < kDeepest) {
      const Fd below(::openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!below) continue;
      if (::mkdirat(to, name, 0755) != 0 && errno != EEXIST) return failed();
      const Fd made(::openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!made) return failed();
      TRY(add_devices(below.get(), made.get(), filesystem, depth + 1));
    }
    if (!S_ISCHR(entry.info.st_mode) && !S_ISBLK(entry.info.st_mode)) continue;
    if (::mknodat(to, name, entry.info.st_mode & (S_IFMT | 07777U), entry.info.st_rdev) != 0) {
      if (errno == EEXIST) continue;
      return failed();
    }
    if (::fchownat(to, name, entry.info.st_uid, entry.info.st_gid, AT_SYMLINK_NOFOLLOW) != 0 ||
        ::fchmodat(to, name, entry.info.st_mode & 07777U, 0) != 0)
      return failed();
  }
  return {};
}

}  // namespace

Result<void> add_devices_of_host(int dev) {
  const Fd host = TRY(base::open_file("/dev", O_RDONLY | O_DIRECTORY));
  struct stat info {};
  if (::fstat(host.get(), &info) != 0) return Error::system(errno, "stat '/dev'");
  return add_devices(host.get(), dev, info.st_dev, 0);
}

Result<void> add_devices(int dev, const std::vector<DeviceNode>& nodes) {
  for (const DeviceNode& node : nodes) {
    constexpr std::string_view kDev = "/dev/";
    if (!node.path.starts_with(kDev))
      return Error{Kind::unsupported, 0, "make device '" + node.path + "': it is not below /dev"};
    const std::string name = node.path.substr(kDev.size());
    for (auto slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1))
      if (::mkdirat(dev, name.substr(0, slash).c_str(), 0755) != 0 && errno != EEXIST)
        return Error::system(errno, "make the directory of '" + node.path + "'");
    const dev_t device = makedev(node.rule.major.value_or(0), node.rule.minor.value_or(0));
    if (::mknodat(dev, name.c_str(), node.mode, device) != 0) {
      if (errno == EEXIST) continue;
      return Error::system(errno, "make '" + node.path + "'");
    }
    if (::fchownat(dev, name.c_str(), node.uid, node.gid, AT_SYMLINK_NOFOLLOW) != 0 ||
        ::fchmodat(dev, name.c_str(), node.mode & 07777U, 0) != 0)
      return Error::system(errno, "give '" + node.path + "' its owner");
  }
  return {};
}

}  // namespace podrun
