#include "integration/command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/fd.h"
#include "integration/pipe.h"

namespace integration {
namespace {

using base::Fd;
using Clock = std::chrono::steady_clock;

// Takes what is there now. False at the end of the file.
bool drain(int fd, std::string& into) {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count > 0)
      into.append(buffer.data(), static_cast<std::size_t>(count));
    else
      return count < 0 && (errno == EAGAIN || errno == EINTR);
  }
}

void set_non_blocking(const Fd& fd) { ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }

}  // namespace

int slow_factor() {
  const char* text = std::getenv("PODRUN_SLOW");
  const int factor = text ? std::atoi(text) : 1;
  return factor > 1 ? factor : 1;
}

void detail::become(const Command& command, int in, int out, int err) {
  for (const std::string& variable : command.environment) ::putenv(const_cast<char*>(variable.c_str()));
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  std::vector<char*> pointers;
  for (const std::string& argument : command.argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  ::execvp(pointers[0], pointers.data());
  static_cast<void>(!::write(2, "cannot exec\n", 12));
  ::_exit(127);
}

int detail::code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

bool detail::pause_until(Clock::time_point deadline) {
  if (Clock::now() >= deadline) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return true;
}

Output run(const Command& command) {
  Pipe in, out, err;
  const pid_t pid = ::fork();
  if (pid == 0) detail::become(command, in.read.get(), out.write.get(), err.write.get());
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  in.read.reset();
  out.write.reset();
  err.write.reset();
  for (const Fd* fd : {&in.write, &out.read, &err.read}) set_non_blocking(*fd);

  Output output;
  const auto deadline = Clock::now() + command.limit * slow_factor();
  std::size_t given = 0;
  bool ended = false;
  while (!ended) {
    if (given == command.in.size()) in.write.reset();
    std::array<pollfd, 4> events{{{process.get(), POLLIN, 0},
                                  {out.read.get(), POLLIN, 0},
                                  {err.read.get(), POLLIN, 0},
                                  {in.write.get(), POLLOUT, 0}}};  // poll(2) ignores negative ones
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      ::kill(pid, SIGKILL);
      output.err += "\n[ended by the time limit of the test]\n";
      break;
    }
    ::poll(events.data(), events.size(), static_cast<int>(left));
    ended = (events[0].revents & POLLIN) != 0;
    if (events[1].revents != 0 && !drain(out.read.get(), output.out)) out.read.reset();
    if (events[2].revents != 0 && !drain(err.read.get(), output.err)) err.read.reset();
    if (events[3].revents != 0) {
      const ssize_t count = ::write(in.write.get(), command.in.data() + given, command.in.size() - given);
      if (count > 0) given += static_cast<std::size_t>(count);
      if (count < 0 && errno != EAGAIN) given = command.in.size();
    }
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (out.read) drain(out.read.get(), output.out);
  if (err.read) drain(err.read.get(), output.err);
  output.status = ended ? detail::code_of(status) : -1;
  return output;
}

Output run(std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  return run(command);
}

pid_t start(const std::vector<std::string>& argv, const std::string& log) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    detail::become({argv, {}, {}}, ::open("/dev/null", O_RDONLY | O_CLOEXEC), out, out);
  }
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) return -1;
  return detail::code_of(status);
}

}  // namespace integration
