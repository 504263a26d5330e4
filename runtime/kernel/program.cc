#include "runtime/kernel/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/kernel/process.h"

namespace podrun {
namespace {

constexpr std::size_t kErrorsKept = 16U << 10U;
constexpr int kTick = 200;  // milliseconds
constexpr std::chrono::seconds kPatience{2};
constexpr int kCannotRun = 127;

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make pipe");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// In the child. `failed` gets the error number of an exec that failed, and closes with one that did not.
[[noreturn]] void become(const std::vector<std::string>& argv, pid_t parent, int errors, int failed) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() == parent && ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(nothing, STDOUT_FILENO) >= 0 &&
      ::dup2(errors, STDERR_FILENO) >= 0)
    ::execvp(words.front(), words.data());
  const int error_number = errno;
  static_cast<void>(!::write(failed, &error_number, sizeof error_number));
  ::_exit(kCannotRun);
}

int wait_status(pid_t child) {
  const Ended ended = next_ended(child, 0);
  return WIFSIGNALED(ended.status) ? 128 + WTERMSIG(ended.status) : WEXITSTATUS(ended.status);
}

void end(int pidfd) {
  send_signal(pidfd, SIGTERM);
  const auto ended = wait_for_exit(pidfd, kPatience);
  if (!ended || !*ended) send_signal(pidfd, SIGKILL);
}

// False at the end of what there is to read.
bool take_errors(int fd, std::string& errors) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got <= 0) return got < 0 && errno == EINTR;
  errors.append(buffer.data(), static_cast<std::size_t>(got));
  if (errors.size() > kErrorsKept) errors.erase(0, errors.size() - kErrorsKept);
  return true;
}

}  // namespace

Result<ProgramEnd> run_program(const std::vector<std::string>& argv, const std::function<void()>& meanwhile) {
  Pipe errors = TRY(make_pipe());
  Pipe failed = TRY(make_pipe());
  Fd pidfd;
  const pid_t parent = ::getpid();
  const pid_t child = TRY(clone_process(0, &pidfd).in("run '" + argv.front() + "'"));
  if (child == 0) become(argv, parent, errors.write.get(), failed.write.get());
  errors.write.reset();
  failed.write.reset();

  int error_number = 0;
  if (::read(failed.read.get(), &error_number, sizeof error_number) == sizeof error_number) {
    wait_status(child);
    return Error::system(error_number, "run '" + argv.front() + "'");
  }
  ProgramEnd result;
  bool interrupted = false;
  for (bool open = true; open;) {
    std::array<pollfd, 3> events{
        {{errors.read.get(), POLLIN, 0}, {pidfd.get(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}}};
    ::poll(events.data(), interrupted ? 2 : 3, kTick);
    if ((events[0].revents & (POLLIN | POLLHUP)) != 0)
      open = take_errors(errors.read.get(), result.errors);
    else if (events[1].revents != 0)
      open = false;  // what it has started may keep the pipe open
    if (!interrupted && !base::check_interruption()) {
      interrupted = true;
      end(pidfd.get());
    }
    if (meanwhile) meanwhile();
  }
  result.code = wait_status(child);
  TRY(base::check_interruption());
  return result;
}

// On a mount of its own it has no path; whoever starts it from there gives it the path as its name.
Result<std::string> own_path() {
  std::array<char, PATH_MAX> self{};
  const ssize_t size = ::readlink("/proc/self/exe", self.data(), self.size());
  if (size < 0) return Error::system(errno, "find the running program");
  const std::string found(self.data(), static_cast<std::size_t>(size));
  const std::string name = program_invocation_name;
  return found.rfind('/') == 0 && name.starts_with('/') ? name : found;
}

}  // namespace podrun
