#include "spawn_child.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace cni {

void Child::prepare() const {
  std::size_t to_write = cgroups.files.size();
  if (cgroups.version2 && be_born_in_cgroup()) --to_write;
  if (parent != 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // of the thread that forked, which waits for the plugin
    if (::getppid() != parent) give_up(ChildNote::orphaned);
  }
  ::setpgid(0, 0);
  for (std::size_t i = 0; i < to_write; ++i)
    if (::write(cgroups.files[i].get(), "0", 1) != 1) give_up(ChildNote::cannot_join_cgroup);
  if (::chdir("/") != 0) give_up(ChildNote::cannot_change_directory);
  // exec resets handlers but leaves ignored signals ignored, and the mask. Not by signal(2) of the C library, which
  // keeps 32 and 33 for itself: build tools have been seen to start programs with those ignored.
  constexpr long kDefault[8] = {};  // more than the kernel's struct sigaction: SIG_DFL, no flags, nothing blocked
  for (int number = 1; number < NSIG; ++number) ::syscall(SYS_rt_sigaction, number, kDefault, nullptr, 8);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::syscall(SYS_close_range, 3U, ~0U, 4U);  // CLOSE_RANGE_CLOEXEC (5.11): Boost still needs one of them until exec
}

// A sibling in the cgroup goes on in our place. False where that cannot be had.
bool Child::be_born_in_cgroup() const {
  const long born = clone_sibling_into(cgroups);
  if (born <= 0) return born == 0;
  tell({ChildNote::born_in_cgroup, static_cast<int>(born)});
  ::_exit(0);
}

void Child::tell(const ChildNote& note) const { static_cast<void>(!::write(notes, &note, sizeof note)); }

void Child::give_up(ChildNote::Kind kind) const {
  tell({kind, errno});
  ::_exit(127);
}

bool next(const Fd& notes, ChildNote& note) {
  ssize_t got = 0;
  while ((got = ::read(notes.get(), &note, sizeof note)) < 0 && errno == EINTR) {
  }
  return got == sizeof note;
}

Error error_of(const ChildNote& note) {
  switch (note.kind) {
    case ChildNote::cannot_join_cgroup:
      return Error::system(note.number, "join cgroup");
    case ChildNote::cannot_change_directory:
      return Error::system(note.number, "change directory to '/'");
    default:
      return Error::system(ECHILD, "begin: its invoker has ended");
  }
}

}  // namespace cni
