#include "integration/bench/timing.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/fd.h"
#include "base/files.h"

namespace bench {
namespace {

std::string joined(const Argv& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
  return text;
}

// The streams of every command, opened once. Errors go to memory rather than into a pipe: what a command leaves running
// would keep a pipe open.
struct Streams {
  base::Fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  base::Fd errors{::memfd_create("errors", MFD_CLOEXEC)};
  posix_spawn_file_actions_t actions{};

  Streams() {
    if (!null || !errors) fail("open /dev/null and a memfd");
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, null.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, null.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  ~Streams() { ::posix_spawn_file_actions_destroy(&actions); }

  std::string said() const {
    ::lseek(errors.get(), 0, SEEK_SET);
    return base::read_all(errors.get(), "errors", 1U << 20U).value_or("");
  }
  void forget() const {
    if (::ftruncate(errors.get(), 0) != 0 || ::lseek(errors.get(), 0, SEEK_SET) != 0) fail("empty a memfd");
  }
};

}  // namespace

Milliseconds time_command(const Argv& command) {
  static const Streams streams;
  streams.forget();
  std::vector<char*> args;
  for (const std::string& word : command) args.push_back(const_cast<char*>(word.c_str()));
  args.push_back(nullptr);

  const auto start = std::chrono::steady_clock::now();
  pid_t pid = 0;
  if (const int error = ::posix_spawnp(&pid, args[0], &streams.actions, nullptr, args.data(), environ); error != 0)
    fail("run `" + joined(command) + "`: " + std::strerror(error));
  siginfo_t end{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED) != 0 && errno == EINTR) {
  }
  const Milliseconds taken = std::chrono::steady_clock::now() - start;

  if (end.si_code != CLD_EXITED || end.si_status != 0)
    fail("`" + joined(command) + "` failed (" + (end.si_code == CLD_EXITED ? "exit code " : "signal ") +
         std::to_string(end.si_status) + "):\n" + streams.said());
  return taken;
}

Milliseconds time_commands(const std::vector<Argv>& commands) {
  Milliseconds sum{0};
  for (const Argv& command : commands) sum += time_command(command);
  return sum;
}

void fail(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

}  // namespace bench
