#include "integration/faults.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>

#include "base/fd.h"
#include "base/files.h"
#include "integration/steps.h"

namespace integration {
namespace {

using base::Fd;

// A file without a name, that the program writes to and we read afterwards.
Fd anonymous_file() { return Fd(static_cast<int>(::syscall(SYS_memfd_create, "output", 1U /* MFD_CLOEXEC */))); }

std::string content_of(const Fd& fd) {
  ::lseek(fd.get(), 0, SEEK_SET);
  return base::read_all(fd.get(), "output").value_or("");
}

[[noreturn]] void become_traced(const Command& command, int in, int out, int err) {
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  for (const std::string& variable : command.environment) ::putenv(const_cast<char*>(variable.c_str()));
  std::vector<char*> argv;
  for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

// The call never happens (its number becomes invalid), and its result is EIO.
void make_call_fail([[maybe_unused]] pid_t pid) {
#ifdef __x86_64__
  user_regs_struct registers{};
  ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
  registers.orig_rax = ~0ULL;
  ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
  ::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
  int status = 0;
  ::waitpid(pid, &status, 0);  // the call's exit
  if (!WIFSTOPPED(status)) return;
  ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
  registers.rax = static_cast<unsigned long long>(-EIO);
  ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
#endif
}

// Ends when the program did; a signal that stops it on the way is given on.
int run_on_until_exit(pid_t pid, std::chrono::seconds limit, std::string& complaint) {
  int status = 0;
  const bool ended = eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, limit);
  if (!ended) {
    complaint = "\n[it hung: ended by the time limit of the test]\n";
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool entered(pid_t pid, SystemCall& call) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY)
    return false;
  call.number = info.entry.nr;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) call.arguments.at(i) = info.entry.args[i];
  return true;
}

}  // namespace

bool can_break() {
#ifdef __x86_64__
  return true;
#else
  return false;
#endif
}

BrokenRun run_broken(const Command& command, int number, Fault fault) {
  const Fd in = anonymous_file(), out = anonymous_file(), err = anonymous_file();
  static_cast<void>(base::write_all(in.get(), command.in, "input"));
  ::lseek(in.get(), 0, SEEK_SET);
  const pid_t pid = ::fork();
  if (pid == 0) become_traced(command, in.get(), out.get(), err.get());

  BrokenRun result;
  int status = 0;
  int count = 0;
  ::waitpid(pid, &status, 0);  // stopped by its own exec
  ::ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  int signal = 0;
  while (WIFSTOPPED(status)) {
    SystemCall call;
    if (entered(pid, call) && is_step(pid, call) && ++count == number) {
      result.reached = true;
      result.step = describe(pid, call);
      if (fault == Fault::kill)
        ::kill(pid, SIGKILL);
      else
        make_call_fail(pid);
      ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
      break;
    }
    ::ptrace(PTRACE_SYSCALL, pid, nullptr, signal);
    ::waitpid(pid, &status, 0);
    const int stop = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
    signal = stop == (SIGTRAP | 0x80) || stop == SIGTRAP ? 0 : stop;
  }
  std::string complaint;
  if (result.reached)
    result.output.status = run_on_until_exit(pid, command.limit, complaint);
  else
    result.output.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.output.out = content_of(out);
  result.output.err = content_of(err) + complaint;
  return result;
}

}  // namespace integration
