// The process that watches: a tracer of its own, because its end lets go of everything it watches at once.
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/files.h"
#include "integration/faults.h"
#include "kit/src/trace/trace.h"

namespace integration {
namespace {

using cni::kit::Stop;
using cni::kit::SystemCall;
using cni::kit::Then;

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

// argv[0]: a program on a detached mount has no path in /proc/PID/exe.
std::string program_name_of(pid_t pid) {
  const std::string line = base::read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
  const std::string path = line.substr(0, line.find('\0'));
  return path.substr(path.rfind('/') + 1);
}

// podrun, podrun-shim. Pause has nothing to break: its set-up is done before its exec.
bool is_ours(const std::string& program) { return program.starts_with("podrun"); }

// One of its threads is the program too: where the kernel tells of a network namespace only from within, a thread asks.
bool is_of(pid_t program, pid_t pid) {
  return pid == program ||
         ::access(("/proc/" + std::to_string(program) + "/task/" + std::to_string(pid)).c_str(), F_OK) == 0;
}

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
  bool started = false;  // the program is the program: not before its first exec
  int count = 0;
  const auto visit = [&](const Stop& stop) {
    if (!stop.call) {
      if (started && !is_ours(program_name_of(stop.pid))) return Then::let_go;
      started = true;
      return Then::go_on;
    }
    const SystemCall& call = *stop.call;
    const bool counts = started && (watch == Watch::program) == is_of(program, stop.pid);
    const bool is_breakable =
        counts && (cni::kit::is_step(stop.pid, call) || (fault == Fault::interrupt && is_end(call)));
    if (!is_breakable || ++count != number) return Then::go_on;
    const std::string step =
        program_name_of(stop.pid) + ": " + (is_end(call) ? "its end" : cni::kit::describe(stop.pid, call));
    break_step(stop.pid, call, fault);
    static_cast<void>(!::write(results, step.data(), step.size()));
    return Then::leave;
  };
  cni::kit::trace(
      program, {.children = watch == Watch::children}, [&] { ::close(start_signal); }, visit);
  ::_exit(0);
}

}  // namespace integration
