// Of Boost.Process this takes fork, exec and the error that comes back from a failed exec. The rest is ours, because of
// what was seen with 1.74: its pipes are not close-on-exec, so two plugins at once delay each other's end of file;
// limit_handles closes redirected descriptors; child::wait_for is not thread-safe; a child whose exec failed is not
// waited for.
#include "spawn.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/version.hpp>
#if BOOST_VERSION >= 108600
#include <boost/process/v1/args.hpp>
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/error.hpp>
#include <boost/process/v1/exe.hpp>
#include <boost/process/v1/extend.hpp>
#include <boost/process/v1/posix.hpp>
namespace bp = boost::process::v1;
#else
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
namespace bp = boost::process;
#endif

#include <memory>
#include <mutex>
#include <optional>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "spawn_cgroups.h"
#include "spawn_child.h"

namespace cni {
namespace {

struct Pipe {
  Fd read;
  Fd write;
};

// Never one of 0, 1, 2, which the child's own ends are put on.
Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system(errno, "make pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  for (Fd* end : {&pipe.read, &pipe.write}) {
    if (end->get() > 2) continue;
    const int above = ::fcntl(end->get(), F_DUPFD_CLOEXEC, 3);
    if (above < 0) return Error::system(errno, "make pipe");
    end->reset(above);
  }
  return pipe;
}

// The handler Boost calls around fork and exec.
struct Setup : bp::extend::handler {
  char** environment = nullptr;
  const Child* child = nullptr;

  template <class Executor>
  void on_setup(Executor& executor) const {
    executor.env = environment;
  }
  template <class Executor>
  void on_exec_setup(Executor&) const {
    child->prepare();
  }
  template <class Executor>
  void on_error(Executor& executor, const std::error_code&) const {
    if (executor.pid > 0) ::waitpid(executor.pid, nullptr, 0);
  }
};

struct CStrings {
  explicit CStrings(const Environment& environment) {
    for (const auto& [key, value] : environment) texts.push_back(key + "=" + value);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
  }
  std::vector<std::string> texts;
  std::vector<char*> pointers;
};

// What the kernel's words for a failed exec leave open: it says "No such file or directory" of a script whose
// interpreter is missing.
std::string cause_of(int error_number, const std::string& path) {
  switch (error_number) {
    case ENOENT:
      return base::path_exists(path) ? " (the file is there; the interpreter or loader that it names is not)" : "";
    case ENOEXEC:
      return " (it is neither a program for this machine nor a script that begins with #!)";
    case EACCES:
      return " (it is not executable, or on a filesystem mounted noexec)";
    default:
      return {};
  }
}

Error exec_failed(int error_number, const std::string& path) {
  Error error = Error::system(error_number, "run '" + path + "'");
  error.what += cause_of(error_number, path);
  return error;
}

Result<pid_t> start(const RunRequest& request, const Setup& setup, int input, int output, int errors) {
  // Boost marks its own pipe close-on-exec a moment after it made it: no other fork of ours may fall in between.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  try {
    std::error_code error;
    bp::child child(bp::exe = request.path, bp::posix::fd.bind(0, input), bp::posix::fd.bind(1, output),
                    bp::posix::fd.bind(2, errors), setup, error);
    if (error) return exec_failed(error.value(), request.path);
    const pid_t pid = child.id();
    // Boost does not tell of every fork that failed. To kill(2) and waitpid(2), -1 is everybody.
    if (pid <= 0) return Error{Kind::internal, 0, "run '" + request.path + "': no process could be made"};
    child.detach();  // waiting is ours
    return pid;
  } catch (const std::exception& exception) {
    return Error{Kind::internal, 0, "run '" + request.path + "': " + exception.what()};
  }
}

// The pid of what has become the plugin.
Result<pid_t> launch(const RunRequest& request, int input, int output, int errors) {
  const Cgroups cgroups = TRY(open_cgroups(request.cgroup_files));
  Pipe notes = TRY(make_pipe());
  CStrings environment(request.environment);
  const Child child{cgroups, notes.write.get(), request.dies_with_us ? ::getpid() : 0};
  Setup setup;
  setup.environment = environment.pointers.data();
  setup.child = &child;
  auto started = start(request, setup, input, output, errors);
  notes.write.reset();
  std::optional<Error> failure;
  for (ChildNote note{}; next(notes.read, note);) {
    if (note.kind == ChildNote::born_in_cgroup) {
      if (started) ::waitpid(*started, nullptr, 0);
      if (started)
        *started = note.number;
      else
        ::waitpid(note.number, nullptr, 0);  // its exec failed
    } else {
      failure = error_of(note);
    }
  }
  if (!started || !failure) return started;
  ::waitpid(*started, nullptr, 0);
  return std::move(*failure).in("run '" + request.path + "'");
}

}  // namespace

Result<Spawned> spawn(const RunRequest& request) {
  Pipe input = TRY(make_pipe());
  Pipe output = TRY(make_pipe());
  Pipe errors = TRY(make_pipe());
  auto launched = launch(request, input.read.get(), output.write.get(), errors.write.get());
  if (!launched) {
    Error error = std::move(launched).error();
    error.detail = std::make_shared<NeverStarted>();
    return error;
  }
  Spawned spawned;
  spawned.pid = *launched;
  spawned.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, 0)));
  if (!spawned.pidfd) {
    const int error_number = errno;
    // It is ours still, unless somebody else waits for all children: it must not run beside the DEL that follows.
    if (error_number != ESRCH && ::kill(spawned.pid, SIGKILL) == 0) ::waitpid(spawned.pid, nullptr, 0);
    return Error::system(error_number, "open pidfd of '" + request.path + "' (is SIGCHLD ignored?)");
  }
  spawned.input = std::move(input.write);
  spawned.output = std::move(output.read);
  spawned.errors = std::move(errors.read);
  for (const Fd* fd : {&spawned.input, &spawned.output, &spawned.errors}) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  return spawned;
}

}  // namespace cni
