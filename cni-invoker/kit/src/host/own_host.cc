#include "kit/src/host/own_host.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni::kit {
namespace {

Result<void> bring_lo_up() {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::string("lo").copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP;
  if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return Error::system(errno, "bring lo up");
  return {};
}

Result<void> mount_fresh(const char* type, const std::string& target) {
  TRY(base::make_dirs(target));
  if (::mount(type, target.c_str(), type, MS_NOSUID, nullptr) != 0)
    return Error::system(errno, "mount " + std::string(type) + " at '" + target + "'");
  return {};
}

Result<void> furnish() {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return Error::system(errno, "make mounts private");
  TRY(mount_fresh("proc", "/proc"));
  for (const char* dir : {"/run", "/var/lib/cni", "/etc/cni"}) TRY(mount_fresh("tmpfs", dir));
  TRY(base::make_dirs("/run/netns"));
  TRY(base::make_dirs("/run/lock"));
  return bring_lo_up();
}

// pid 1: takes in whatever lost its parent, until the work is done.
[[noreturn]] void be_init(pid_t worker) {
  for (;;) {
    const pid_t ended = ::wait(nullptr);
    if (ended == worker || (ended < 0 && errno != EINTR)) ::_exit(0);
  }
}

[[noreturn]] void live(const std::function<std::string()>& work, const Fd& report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto furnished = furnish();
  const pid_t worker = ::fork();
  if (worker > 0) be_init(worker);
  const std::string text = furnished ? work() : "!" + furnished.error().what;
  static_cast<void>(base::write_all(report.get(), text, "report"));
  ::_exit(0);
}

}  // namespace

Result<RunningHost> start_in_own_host(const std::function<std::string()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  RunningHost host{-1, Fd(ends[0])};
  const Fd theirs(ends[1]);
  // Two steps: only the child of the one that unshares is in the new pid namespace.
  host.pid = ::fork();
  if (host.pid < 0) return Error::system(errno, "start a process");
  if (host.pid > 0) return host;
  host.report.reset();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setsid();
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
    static_cast<void>(base::write_all(theirs.get(), "!" + Error::system(errno, "make namespaces").what, "report"));
    ::_exit(1);
  }
  const pid_t init = ::fork();
  if (init == 0) live(work, theirs);
  ::waitpid(init, nullptr, 0);
  ::_exit(0);
}

}  // namespace cni::kit
