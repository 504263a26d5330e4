// Runner: how plugins are found and run. The seam for tests and wrappers; ProcessRunner is the real one.
// Spec section 2, "CNI Operations": environment, stdin, stdout, exit status.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/base/result.h"

namespace cni {

using Environment = std::vector<std::pair<std::string, std::string>>;

struct RunRequest {
  std::string path;         // of the binary
  Environment environment;  // the whole of it
  std::string input;        // for stdin; then end of file
  // Not negative: nothing is written to stdin before a byte can be read here. End of file instead: the plugin is
  // killed, and that is an Error. So a plugin can start while what it needs is still being made sure of.
  int input_gate = -1;
  // Not negative: once something can be read here, the plugin has a moment to come to its end (ProcessRunner::Options),
  // and is killed else.
  int cancel_fd = -1;
  std::chrono::milliseconds timeout{0};  // of this run; 0 or less: expired already
  // cgroup.procs or tasks files, which exist. The keeper, whose child the plugin is, writes "0" to each: name none in
  // which memory is limited, as its OOM killer would end us.
  std::vector<std::string> cgroup_files;
  // Given what comes on stderr as it comes, on the thread that runs exec(); it must not throw.
  std::function<void(std::string_view)> on_stderr;
  bool dies_with_us = false;  // killed when the thread that runs it ends before it does (PR_SET_PDEATHSIG)
};

// Of a plugin and what it has waited for. 0 where the plugin had to be killed and hung, or its keeper was killed.
struct ProcessorTime {
  std::chrono::microseconds user{0}, system{0};
};

struct RunOutcome {
  enum class End { exited, signaled, timed_out, too_much_output, cancelled };
  End end = End::exited;
  int exit_code = -1;  // when exited
  int signal = 0;      // when signaled
  std::string output;  // stdout, whole or up to the limit
  std::string errors;  // stderr, likewise
  std::chrono::system_clock::time_point started;
  std::chrono::microseconds duration{0};  // from before its fork to its end
  ProcessorTime processor;
  // Bytes of the plugin, or of one that it has waited for, in memory at most; 0 where its processor time is. The kernel
  // counts what the process was before its exec as well, which is the caller (getrusage(2), ru_maxrss): only what is
  // more than the caller's own peak (VmHWM) is surely the plugin's.
  std::uint64_t peak_memory = 0;
  bool succeeded() const { return end == End::exited && exit_code == 0; }
};

// Behind an Error of exec(): no instruction of the plugin has run, so it has made nothing.
struct NeverStarted : base::ErrorDetail {};
bool never_started(const Error& error);

class Runner {
 public:
  Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  virtual ~Runner() = default;

  // The path of a plugin's binary: the first regular file of that name in the directories, in their order.
  // Kind::invalid for an empty type, one with a slash, or no directories; Kind::not_found names the directories and the
  // package.
  virtual Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) = 0;

  // Runs a plugin to its end, which is in the outcome. An Error means that it did not start (with NeverStarted behind
  // it, where that is certain), or was not given its input.
  virtual Result<RunOutcome> exec(const RunRequest& request) = 0;
};

// Runs plugins as processes: in the caller's network namespace, in a process group of their own that is killed whole
// when the time is up, with three pipes and no other descriptor, the default signal mask and handlers, in /. After the
// plugin's end it waits no longer than `drain_grace` for a grandchild that holds stdout. May be used by several threads
// at once, whatever the caller does with its own children: none of them is a plugin (docs/cni-library.md, "How a plugin
// is started").
class ProcessRunner final : public Runner {
 public:
  struct Options {
    std::size_t max_output = 4U << 20U;  // bytes each of stdout and stderr; a plugin that prints more is killed
    std::chrono::milliseconds drain_grace{200};
    std::chrono::milliseconds cancel_grace{1000};  // what a plugin has made whole, its DEL takes away whole
    std::chrono::milliseconds busy_pause{1000};    // between tries while a plugin's file is open for writing (ETXTBSY)
    int busy_retries = 5;
  };
  ProcessRunner() = default;
  explicit ProcessRunner(Options options) : options_(options) {}

  Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override;
  Result<RunOutcome> exec(const RunRequest& request) override;

 private:
  Options options_;
};

}  // namespace cni
