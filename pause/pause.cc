// pid 1 of a pod's pid namespace: holds the pod's namespaces open, reaps orphans, and leaves at once when asked to.
// When it leaves, the kernel ends everything else in the namespace (pid_namespaces(7)).
//
// No heap, no writable data, no handlers: every signal is blocked and taken by rt_sigtimedwait. Its own seccomp profile
// is specs/seccomp/pause.json; a system call used here has to be listed there.
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/unistd.h>
#include <linux/wait.h>

extern "C" long system_call(long number, long a = 0, long b = 0, long c = 0, long d = 0);

namespace {

// Containers may share our pid namespace, and what we see is not theirs to see: /proc/1/root, and tracing, are not for
// them. An exec ends what init had said already.
void stay_undumpable() { system_call(__NR_prctl, PR_SET_DUMPABLE, 0); }

constexpr unsigned long kAllSignals = ~0UL;

long address(const void* pointer) { return reinterpret_cast<long>(pointer); }

// Without this even pid 1 would lose a SIGTERM that comes early: the kernel drops a signal that pid 1 neither handles
// nor blocks.
void block_signals() { system_call(__NR_rt_sigprocmask, SIG_SETMASK, address(&kAllSignals), 0, sizeof kAllSignals); }

// One SIGCHLD may stand for many children, so all that are dead are taken.
void reap() {
  constexpr long kAnyChild = -1;
  while (system_call(__NR_wait4, kAnyChild, 0, WNOHANG, 0) > 0) {
  }
}

// Takes every signal, not only those that matter, so that real-time signals cannot pile up.
long next_signal() { return system_call(__NR_rt_sigtimedwait, address(&kAllSignals), 0, 0, sizeof kAllSignals); }

}  // namespace

extern "C" [[noreturn]] void pause_main() {
  stay_undumpable();
  block_signals();
  for (long signal = 0; signal != SIGTERM && signal != SIGINT; signal = next_signal()) {
    reap();  // before the first wait too: children may have died while init still ran here
  }
  for (;;) system_call(__NR_exit_group, 0);
}
