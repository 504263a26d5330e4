#include "kit/src/host/own_host.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/src/host/netns.h"

namespace cni::kit {
namespace {

// Nobody in the host has them: each reaches what all of the machine shares.
void drop_reach() {
  for (const int capability : {CAP_SYS_TIME, CAP_MKNOD, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_WAKE_ALARM})
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  constexpr rlimit kNoCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNoCore);  // where it would be written is the machine's setting
}

Result<OwnHost> set_up() {
  OwnHost host = TRY(furnish());
  TRY(bring_lo_up());
  drop_reach();
  return host;
}

// pid 1: takes in whatever lost its parent, until the work is done.
[[noreturn]] void be_init(pid_t worker) {
  for (;;) {
    const pid_t ended = ::wait(nullptr);
    if (ended == worker || (ended < 0 && errno != EINTR)) ::_exit(0);
  }
}

[[noreturn]] void live(const std::function<std::string(const OwnHost&)>& work, const Fd& report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto host = set_up();
  const pid_t worker = ::fork();
  if (worker > 0) be_init(worker);
  const std::string text = host ? work(*host) : "!" + host.error().what;
  static_cast<void>(base::write_all(report.get(), text, "report"));
  ::_exit(0);
}

}  // namespace

Result<RunningHost> start_in_own_host(const std::function<std::string(const OwnHost&)>& work) {
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
