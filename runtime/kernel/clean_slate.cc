#include "runtime/kernel/clean_slate.h"

#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>

#include "base/files.h"
#include "runtime/kernel/capabilities.h"

namespace podrun {
namespace {

// sched_setattr(2). The kernel's own header and that of the C library do not go together.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = SCHED_FLAG_UTIL_CLAMP;
  std::int32_t niceness = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;
  std::uint32_t least_utilization = ~0U, most_utilization = ~0U;  // -1: as if never set
};

// ioprio_set(2): of linux/ioprio.h, which some releases have made unfit for C++.
constexpr int kOfProcess = 1;   // IOPRIO_WHO_PROCESS
constexpr int kNoPriority = 0;  // IOPRIO_CLASS_NONE

void default_scheduling() {
  SchedulingAttributes wanted;
  if (::syscall(SYS_sched_setattr, 0, &wanted, 0U) != 0) {
    wanted.flags = 0;  // a kernel without utilization clamping
    ::syscall(SYS_sched_setattr, 0, &wanted, 0U);
  }
  // More processors than any kernel has; the cpuset takes its share of them.
  std::array<unsigned long, 1024 / sizeof(unsigned long)> every;
  every.fill(~0UL);
  ::syscall(SYS_sched_setaffinity, 0, sizeof(every), every.data());
  ::syscall(SYS_set_mempolicy, MPOL_DEFAULT, nullptr, 0UL);
  ::syscall(SYS_ioprio_set, kOfProcess, 0, kNoPriority);
  ::prctl(PR_SET_TIMERSLACK, 50'000UL, 0, 0, 0);  // 0 would mean the caller's: it is what we were born with
}

void default_memory() {
  ::personality(PER_LINUX);
  ::prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
  ::prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0);
  ::prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
#ifdef PR_SET_MEMORY_MERGE
  ::prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0);
#else
  ::prctl(67, 0, 0, 0, 0);  // PR_SET_MEMORY_MERGE, Linux 6.4
#endif
  (void)base::write_in_place("/proc/self/coredump_filter", "0x33");
}

// As the kernel makes it for its first process, from the memory there is.
rlim_t most_pending_signals() {
  rlim_t threads = 0;
  if (const auto text = base::read_file("/proc/sys/kernel/threads-max", 64))
    std::from_chars(text->data(), text->data() + text->size(), threads);
  return threads / 2;
}

struct Limit {
  __rlimit_resource resource;
  const char* name;  // as in /proc/PID/limits
  rlimit value;
};

// What containers get from containerd where systemd starts it: its unit sets NPROC and CORE, all else is systemd's
// default (systemd-system.conf(5), DefaultLimit*).
std::array<Limit, 16> wanted_limits() {
  constexpr rlim_t kNone = RLIM_INFINITY;
  constexpr rlim_t kMebi = 1U << 20U;
  const rlim_t pending = most_pending_signals();
  return {{{RLIMIT_CPU, "cpu time", {kNone, kNone}},
           {RLIMIT_FSIZE, "file size", {kNone, kNone}},
           {RLIMIT_DATA, "data size", {kNone, kNone}},
           {RLIMIT_STACK, "stack size", {8 * kMebi, kNone}},
           {RLIMIT_CORE, "core file size", {kNone, kNone}},
           {RLIMIT_RSS, "resident set", {kNone, kNone}},
           {RLIMIT_NPROC, "processes", {kNone, kNone}},
           {RLIMIT_NOFILE, "open files", {1024, 524288}},
           {RLIMIT_MEMLOCK, "locked memory", {8 * kMebi, 8 * kMebi}},
           {RLIMIT_AS, "address space", {kNone, kNone}},
           {RLIMIT_LOCKS, "file locks", {kNone, kNone}},
           {RLIMIT_SIGPENDING, "pending signals", {pending, pending}},
           {RLIMIT_MSGQUEUE, "msgqueue size", {819200, 819200}},
           {RLIMIT_NICE, "nice priority", {0, 0}},
           {RLIMIT_RTPRIO, "realtime priority", {0, 0}},
           {RLIMIT_RTTIME, "realtime timeout", {kNone, kNone}}}};
}

void default_limits() {
  for (const auto& [resource, name, value] : wanted_limits()) {
    rlimit old{};
    if (::setrlimit(resource, &value) == 0 || ::getrlimit(resource, &old) != 0) continue;
    const rlim_t hard = std::min(value.rlim_max, old.rlim_max);
    const rlimit lower{std::min(value.rlim_cur, hard), hard};
    ::setrlimit(resource, &lower);
  }
}

}  // namespace

// CLONE_CLEAR_SIGHAND and exec leave ignored signals ignored, and the mask is inherited.
void default_signals() {
  // Not by signal(2) of the C library, which keeps 32 and 33 for itself: build tools have been seen to start programs
  // with those ignored.
  constexpr long kDefault[8] = {};  // more than the kernel's struct sigaction: SIG_DFL, no flags, nothing blocked
  for (int number = 1; number < NSIG; ++number) ::syscall(SYS_rt_sigaction, number, kDefault, nullptr, 8);
  unblock_signals();
}

void clean_slate() {
  default_signals();
  ::umask(0022);
  default_scheduling();
  default_memory();
  default_limits();
  (void)set_oom_score_adj(0);
  ::prctl(PR_SET_SECUREBITS, 0, 0, 0, 0);
  fresh_keyring();
}

std::string limits_out_of_reach() {
  const auto permitted = capabilities::permitted();
  if (permitted && (*permitted >> CAP_SYS_RESOURCE & 1U) != 0) return {};
  std::string names;
  for (const auto& [resource, name, value] : wanted_limits()) {
    rlimit ours{};
    // The kernel gives its first process no more processes than signals, so what has that many was not lowered.
    const rlim_t enough = resource == RLIMIT_NPROC ? most_pending_signals() : value.rlim_cur;
    if (::getrlimit(resource, &ours) == 0 && ours.rlim_max < enough)
      names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

void unblock_signals() {
  constexpr unsigned long kNone = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kNone, nullptr, 8);
}

void fresh_keyring() { ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr); }

Result<void> set_oom_score_adj(int value) {
  auto written = base::write_in_place("/proc/self/oom_score_adj", std::to_string(value));
  return !written && written.error().error_number == EACCES ? Result<void>() : written;
}

}  // namespace podrun
