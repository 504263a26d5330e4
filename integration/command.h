// Runs programs and keeps what they say.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace integration {

struct Output {
  int status = 0;  // exit code, 128 + signal, or -1 when the time limit ended it
  std::string out;
  std::string err;
};

struct Command {
  std::vector<std::string> argv;         // argv[0] is looked up in PATH
  std::string in;                        // given on stdin
  std::vector<std::string> environment;  // "K=V", added to ours
  std::chrono::seconds limit{60};        // times slow_factor()
};

// Runs to the end. Descendants that keep our pipes open do not hold it up: what was said until the end is the output.
Output run(const Command& command);
Output run(std::vector<std::string> argv);

// A program left running: the pid is the caller's to end and wait for. Its output goes to `log`.
pid_t start(const std::vector<std::string>& argv, const std::string& log);
// Exit code, or 128 + signal.
int wait_for(pid_t pid);

// 1, or PODRUN_SLOW: by how much machines that are emulated stretch every time limit.
int slow_factor();

// Asks every 20 ms until it is so; false when it is not after `limit` times slow_factor().
template <class Predicate>
bool eventually(Predicate predicate, std::chrono::milliseconds limit = std::chrono::seconds(5));

namespace detail {
bool pause_until(std::chrono::steady_clock::time_point deadline);
// In a forked child: the command's program with these as stdin, stdout and stderr; 127 where it cannot be had.
[[noreturn]] void become(const Command& command, int in, int out, int err);
// Of a wait status.
int code_of(int status);
}  // namespace detail
template <class Predicate>
bool eventually(Predicate predicate, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit * slow_factor();
  while (!predicate())
    if (!detail::pause_until(deadline)) return predicate();
  return true;
}

// Within 30 seconds: however busy the machine is.
template <class Predicate>
bool in_time(Predicate predicate) {
  return eventually(predicate, std::chrono::seconds(30));
}

}  // namespace integration
