// The process that watches: a tracer of its own, because its end lets go of everything it watches at once.
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>

#include "base/files.h"
#include "integration/faults.h"
#include "integration/steps.h"

namespace integration {
namespace {

// The call never happens (its number becomes invalid), and its result is EIO.
void make_call_fail([[maybe_unused]] pid_t pid) {
#ifdef __x86_64__
  user_regs_struct registers{};
  ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
  registers.orig_rax = ~0ULL;
  ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
  ::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
  int status = 0;
  ::waitpid(pid, &status, __WALL);  // the call's exit
  if (!WIFSTOPPED(status)) return;
  ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
  registers.rax = static_cast<unsigned long long>(-EIO);
  ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
#endif
}

// The call is made again once the signal was seen to: nothing is delivered to a process within exit_group(2).
void signal_before_call(pid_t pid, [[maybe_unused]] const SystemCall& call) {
#ifdef __x86_64__
  constexpr unsigned long long kInstruction = 2;  // bytes of `syscall`
  make_call_fail(pid);
  user_regs_struct registers{};
  ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
  registers.rip -= kInstruction;
  registers.rax = call.number;
  ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
#endif
  ::kill(pid, SIGTERM);
}

bool entered(pid_t pid, SystemCall& call) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY)
    return false;
  call.number = info.entry.nr;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) call.arguments.at(i) = info.entry.args[i];
  return true;
}

// argv[0]: a program on a detached mount has no path in /proc/PID/exe.
std::string program_of(pid_t pid) {
  const std::string line = base::read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
  const std::string path = line.substr(0, line.find('\0'));
  return path.substr(path.rfind('/') + 1);
}

// podrun, podrun-shim. Pause has nothing to break: its set-up is done before its exec.
bool is_ours(const std::string& program) { return program.starts_with("podrun"); }

// Whoever is interrupted at its very end has done all it was asked for.
bool is_end(const SystemCall& call) { return call.number == SYS_exit_group; }

void break_step(pid_t pid, const SystemCall& call, Fault fault) {
  switch (fault) {
    case Fault::fail:
      return make_call_fail(pid);
    case Fault::kill:
      ::kill(pid, SIGKILL);
      return;
    case Fault::interrupt:
      if (is_end(call)) return signal_before_call(pid, call);
      ::kill(pid, SIGTERM);
      return;
  }
}

}  // namespace

bool can_break() {
#ifdef __x86_64__
  return true;
#else
  return false;
#endif
}

void detail::trace_and_break(pid_t program, int number, Fault fault, Watch watch, int start_signal, int results) {
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
  if (watch == Watch::children) options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  if (::ptrace(PTRACE_SEIZE, program, nullptr, options) != 0) ::_exit(1);
  ::ptrace(PTRACE_INTERRUPT, program, nullptr, nullptr);
  bool started = false;  // the program is the program: not before its first exec
  int count = 0;
  while (true) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, __WALL);
    if (pid < 0) ::_exit(0);
    if (!WIFSTOPPED(status)) {
      if (pid == program) ::_exit(0);
      continue;
    }
    const int event = status >> 16;
    int signal = event == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80) ? WSTOPSIG(status) : 0;
    if (event == PTRACE_EVENT_EXEC && !started) {
      started = true;
    } else if (event == PTRACE_EVENT_EXEC && !is_ours(program_of(pid))) {
      ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
      continue;
    }
    SystemCall call;
    const bool counts = started && (watch == Watch::program) == (pid == program);
    const bool is_breakable = counts && event == 0 && signal == 0 && entered(pid, call) &&
                              (is_step(pid, call) || (fault == Fault::interrupt && is_end(call)));
    if (is_breakable && ++count == number) {
      const std::string step = program_of(pid) + ": " + (is_end(call) ? "its end" : describe(pid, call));
      break_step(pid, call, fault);
      static_cast<void>(!::write(results, step.data(), step.size()));
      ::_exit(0);
    }
    ::ptrace(PTRACE_SYSCALL, pid, nullptr, signal);
    if (start_signal >= 0) ::close(start_signal);  // it is watched now
    start_signal = -1;
  }
}

}  // namespace integration
