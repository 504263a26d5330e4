#include "spawn_child.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace cni {

void Child::prepare() {
  const pid_t keeper = ::getppid();
  if (dies_with_keeper) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (dies_with_keeper && ::getppid() != keeper) ::_exit(127);
  ::setpgid(0, 0);
  if (::chdir("/") != 0) {
    error_number = errno;
    failed = "change directory to '/'";
    ::_exit(127);
  }
  // exec resets handlers but leaves ignored signals ignored, and the mask. Not by signal(2) of the C library, which
  // keeps 32 and 33 for itself: build tools have been seen to start programs with those ignored. The table is ours
  // alone, whatever memory is shared.
  constexpr long kDefault[8] = {};  // more than the kernel's struct sigaction: SIG_DFL, no flags, nothing blocked
  for (int number = 1; number < NSIG; ++number) ::syscall(SYS_rt_sigaction, number, kDefault, nullptr, 8);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::syscall(SYS_close_range, 3U, ~0U, 4U);  // CLOSE_RANGE_CLOEXEC (5.11)
}

}  // namespace cni
