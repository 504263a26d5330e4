#include "kit/src/trace/trace.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <set>

namespace cni::kit {
namespace {

constexpr int kSystemCallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

std::optional<SystemCall> entered(pid_t pid) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY)
    return std::nullopt;
  SystemCall call;
  call.number = info.entry.nr;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) call.arguments.at(i) = info.entry.args[i];
  return call;
}

// Those that have ended meanwhile are nobody's: they have not been waited for.
void kill_all(const std::set<pid_t>& watched) {
  for (const pid_t pid : watched) ::kill(pid, SIGKILL);
  while (::waitpid(-1, nullptr, __WALL) > 0 || errno == EINTR) {
  }
}

}  // namespace

std::optional<int> trace(pid_t program, const TraceOptions& options, const std::function<void()>& seized,
                         const std::function<Then(const Stop&)>& visit) {
  long wanted = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
  if (options.children) wanted |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  if (::ptrace(PTRACE_SEIZE, program, nullptr, wanted) != 0) return std::nullopt;
  ::ptrace(PTRACE_INTERRUPT, program, nullptr, nullptr);
  std::set<pid_t> watched{program};
  bool is_seized = false;
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, __WALL);
    if (pid < 0) return std::nullopt;
    if (!WIFSTOPPED(status)) {
      watched.erase(pid);
      if (pid == program) return status;
      continue;
    }
    watched.insert(pid);
    const int event = status >> 16;
    const int signal = event == 0 && WSTOPSIG(status) != kSystemCallStop ? WSTOPSIG(status) : 0;
    Stop stop{pid, event == 0 && signal == 0 ? entered(pid) : std::nullopt};
    switch (stop.call || event == PTRACE_EVENT_EXEC ? visit(stop) : Then::go_on) {
      case Then::go_on:
        ::ptrace(PTRACE_SYSCALL, pid, nullptr, signal);
        break;
      case Then::let_go:
        ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
        watched.erase(pid);
        break;
      case Then::kill_all:
        kill_all(watched);
        return std::nullopt;
      case Then::leave:
        return std::nullopt;
    }
    if (!is_seized) seized();
    is_seized = true;
  }
}

}  // namespace cni::kit
