// Processes: who they are beyond a pid that may be reused, and how they are made and waited for.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// A process named so that a reused pid is noticed: proc_pid_stat(5) field 22, and since Linux 6.9 the pidfd's own
// inode, which is never reused within a boot.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_time = 0;   // clock ticks since boot
  std::uint64_t pidfd_inode = 0;  // 0: this kernel has no pidfs
  bool empty() const { return pid == 0; }
};

Result<ProcessId> identify(pid_t pid, int pidfd);

// A pidfd of exactly that process; Kind::not_found when it is gone or the pid is somebody else's now. A zombie counts
// as gone.
Result<Fd> open_process(const ProcessId& id);
bool is_alive(const ProcessId& id);

// A pidfd of whoever has the pid now: the caller knows that it cannot be another's. Empty, with errno, when there is
// none.
Fd open_pidfd(pid_t pid);
// The pid behind a pidfd, in the caller's pid namespace; 0 or less where there is none any more.
pid_t pid_of(int pidfd);
// False, with errno, when it has ended.
bool send_signal(int pidfd, int signal);

// A pidfd becomes readable when its process ended. False: still running after `limit`.
Result<bool> wait_for_exit(int pidfd, std::chrono::milliseconds limit);

struct Ended {
  pid_t pid = 0;   // 0: none
  int status = 0;  // as waitpid(2) has it: an exit or a signal
};
// The next child of ours that has ended: `pid`, or any for -1. `options` as of waitpid(2). A child can make its parent
// its tracer (PTRACE_TRACEME), whereupon waitpid(2) tells of its stops and it stands still: it is let go at each of
// them.
Ended next_ended(pid_t pid, int options);

// fork(2) with the flags of clone3(2). Returns the child's pid in the parent and 0 in the child, which then goes on in
// ordinary C++: only for callers with one thread. `pidfd`, when not null, receives one for the child. `cgroup`, when
// not -1, is a cgroup v2 directory the child is born in.
Result<pid_t> clone_process(std::uint64_t flags, Fd* pidfd, int cgroup = -1);

}  // namespace podrun
