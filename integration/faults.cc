#include "integration/faults.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/fd.h"
#include "base/files.h"
#include "integration/pipe.h"

namespace integration {
namespace {

using base::Fd;

// A file without a name, that the program writes to and we read afterwards.
Fd anonymous_file() { return Fd(static_cast<int>(::syscall(SYS_memfd_create, "output", 1U /* MFD_CLOEXEC */))); }

std::string content_of(const Fd& fd) {
  ::lseek(fd.get(), 0, SEEK_SET);
  return base::read_all(fd.get(), "output").value_or("");
}

// Waits for the tracer's word (the end of the pipe), then becomes the program.
[[noreturn]] void become_when_watched(const Command& command, Pipe& start, int in, int out, int err) {
  start.write.reset();
  char byte = 0;
  static_cast<void>(!::read(start.read.get(), &byte, 1));
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  for (const std::string& variable : command.environment) ::putenv(const_cast<char*>(variable.c_str()));
  std::vector<char*> argv;
  for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

int wait_within(pid_t pid, std::chrono::milliseconds limit, std::string& complaint) {
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd event{process.get(), POLLIN, 0};
  if (::poll(&event, 1, static_cast<int>(limit.count()) * slow_factor()) != 1) {
    complaint = "\n[it hung: ended by the time limit of the test]\n";
    ::kill(pid, SIGKILL);
  }
  return wait_for(pid);
}

}  // namespace

BrokenRun run_broken(const Command& command, int number, Fault fault, Watch watch) {
  const Fd in = anonymous_file(), out = anonymous_file(), err = anonymous_file();
  static_cast<void>(base::write_all(in.get(), command.in, "input"));
  ::lseek(in.get(), 0, SEEK_SET);
  Pipe start, results;
  const pid_t program = ::fork();
  if (program == 0) become_when_watched(command, start, in.get(), out.get(), err.get());
  const pid_t tracer = ::fork();
  if (tracer == 0) detail::trace_and_break(program, number, fault, watch, start.write.get(), results.write.get());
  start.write.reset();
  results.write.reset();

  BrokenRun run;
  std::string complaint;
  run.output.status = wait_within(program, command.limit, complaint);
  wait_for(tracer);
  run.step = base::read_all(results.read.get(), "step").value_or("");
  run.reached = !run.step.empty();
  run.output.out = content_of(out);
  run.output.err = content_of(err) + complaint;
  return run;
}

}  // namespace integration
