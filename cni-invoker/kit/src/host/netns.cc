#include "kit/src/host/netns.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <thread>

#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni::kit {
namespace {

Result<void> make_and_pin(const std::string& path, bool with_lo_up) {
  if (::unshare(CLONE_NEWNET) != 0) return Error::system(errno, "make a network namespace");
  TRY(base::open_file(path, O_CREAT | O_EXCL | O_RDONLY, 0444));
  if (::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr) != 0)
    return Error::system(errno, "pin '" + path + "'");
  return with_lo_up ? bring_lo_up() : Result<void>();
}

}  // namespace

Result<void> bring_lo_up() {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::string("lo").copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP;
  if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return Error::system(errno, "bring lo up");
  return {};
}

Result<void> make_netns(const std::string& path, bool with_lo_up) {
  Result<void> made;
  std::thread([&] { made = make_and_pin(path, with_lo_up); }).join();
  return made;
}

}  // namespace cni::kit
