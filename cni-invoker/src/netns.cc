#include "netns.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni {

Result<NetnsId> identify_netns(const std::string& path) {
  // Not blocking, should it be a pipe.
  const Fd fd = TRY(base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY).in("network namespace"));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  if (::ioctl(fd.get(), NS_GET_NSTYPE) != CLONE_NEWNET)
    return Error{Kind::invalid, 0, "'" + path + "' is no network namespace"};
  return NetnsId{info.st_dev, info.st_ino};
}

Result<NetnsId> own_netns() { return identify_netns("/proc/thread-self/ns/net"); }

}  // namespace cni
