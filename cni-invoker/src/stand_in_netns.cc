#include "stand_in_netns.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <future>
#include <system_error>

#include "as_added.h"
#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"

namespace cni {
namespace {

// On a thread of its own, which takes nobody else along.
Result<Fd> make_netns() {
  try {
    return std::async(std::launch::async,
                      []() -> Result<Fd> {
                        if (::unshare(CLONE_NEWNET) != 0) return Error::system(errno, "make a network namespace");
                        return base::open_file("/proc/thread-self/ns/net", O_RDONLY);
                      })
        .get();
  } catch (const std::system_error& error) {
    return Error::system(error.code().value(), "start a thread");
  }
}

}  // namespace

Result<StandInNetns> StandInNetns::make(const std::string& ifname, const NetworkResult& result) {
  StandInNetns made(TRY(make_netns()));
  RouteSocket socket = TRY(RouteSocket::open(made.path()));
  TRY(socket.make_veth(ifname));
  TRY(put_as_added(made.path(), ifname, result));
  return made;
}

std::string StandInNetns::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(netns_.get());
}

}  // namespace cni
