// One loop per run: feeds stdin, drains stdout and stderr, watches the process and the clock.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <optional>

#include "cancel.h"
#include "cni/base/try.h"
#include "cni/runner.h"
#include "spawn.h"

namespace cni {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kKillGrace = 2000;  // milliseconds

// A plugin that never reads its stdin must not end us. Only this thread's mask changes, and a SIGPIPE that came
// meanwhile is taken away again.
class SigpipeBlocked {
 public:
  SigpipeBlocked() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  SigpipeBlocked(const SigpipeBlocked&) = delete;
  SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;
  ~SigpipeBlocked() {
    if (::sigismember(&before_, SIGPIPE) == 1) return;
    const timespec now{0, 0};
    while (::sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

std::chrono::microseconds time_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

class Run {
 public:
  Run(Spawned process, const RunRequest& request, const ProcessRunner::Options& options)
      : process_(std::move(process)),
        input_(request.input),
        gate_(request.input_gate),
        cancel_(request.cancel_fd),
        on_stderr_(request.on_stderr),
        max_output_(options.max_output),
        drain_grace_(options.drain_grace),
        cancel_grace_(options.cancel_grace) {}

  Result<RunOutcome> to_end(Clock::time_point begun, Clock::time_point deadline) {
    const SigpipeBlocked quiet;
    RunOutcome outcome;
    Clock::time_point until = deadline;
    bool ended = false;
    while (!ended || process_.output || process_.errors) {
      const bool process_ended = wait(until, ended);
      if (cancelled_) until = std::min(until, *cancelled_ + cancel_grace_);
      if (gate_ < 0) feed();
      if (gate_failed_) break;
      drain(process_.output, outcome.output);
      const std::size_t told = outcome.errors.size();
      drain(process_.errors, outcome.errors);
      if (on_stderr_ && outcome.errors.size() > told) on_stderr_(std::string_view(outcome.errors).substr(told));
      if (outcome.output.size() > max_output_ || outcome.errors.size() > max_output_) {
        outcome.end = RunOutcome::End::too_much_output;
        break;
      }
      if (process_ended && !ended) {
        ended = true;
        outcome.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
        until = std::min(deadline, Clock::now() + drain_grace_);  // a grandchild may hold stdout open for ever
      } else if (Clock::now() >= until) {
        if (!ended) outcome.end = cancelled_ ? RunOutcome::End::cancelled : RunOutcome::End::timed_out;
        break;
      }
    }
    if (!ended) {
      process_.keeper.kill_group();
      outcome.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    }
    reap(outcome);
    if (gate_failed_) return Error{Kind::internal, 0, "it was not to be given its input"};
    return outcome;
  }

 private:
  // Waits until something can be done; true once the process has ended.
  bool wait(Clock::time_point until, bool ended) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    std::array<pollfd, 6> fds = {{{ended ? -1 : process_.keeper.plugin(), POLLIN, 0},
                                  {gate_ < 0 ? process_.input.get() : -1, POLLOUT, 0},
                                  {process_.output.get(), POLLIN, 0},
                                  {process_.errors.get(), POLLIN, 0},
                                  {gate_, POLLIN, 0},
                                  {cancelled_ ? -1 : cancel_, POLLIN, 0}}};
    const int timeout = static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000));
    if (::poll(fds.data(), fds.size(), timeout) <= 0) return false;
    if (fds[4].revents != 0) pass_gate();
    if (fds[5].revents != 0) cancelled_ = Clock::now();
    return (fds[0].revents & POLLIN) != 0;
  }

  void pass_gate() {
    char byte = 0;
    gate_failed_ = ::read(gate_, &byte, 1) != 1;
    gate_ = -1;
  }

  void feed() {
    while (process_.input) {
      if (input_.empty()) {
        process_.input.reset();
        return;
      }
      const ssize_t put = ::write(process_.input.get(), input_.data(), input_.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0 && errno == EAGAIN) return;
      if (put > 0) input_.remove_prefix(static_cast<std::size_t>(put));
      if (put < 0) process_.input.reset();  // EPIPE: the plugin does not want it
    }
  }

  void drain(Fd& fd, std::string& into) {
    std::array<char, 65536> chunk;
    while (fd && into.size() <= max_output_) {
      const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0)
        fd.reset();
      else
        into.append(chunk.data(), static_cast<std::size_t>(got));
    }
  }

  void reap(RunOutcome& outcome) {
    // After a SIGKILL it is gone at once, unless it hangs in the kernel: then not even that may hold up the caller.
    pollfd process{process_.keeper.plugin(), POLLIN, 0};
    if (outcome.end != RunOutcome::End::exited && ::poll(&process, 1, kKillGrace) != 1) return;
    const PluginEnd end = process_.keeper.finish().value_or(PluginEnd{CLD_KILLED, SIGKILL, {}});
    outcome.processor = {time_of(end.usage.ru_utime), time_of(end.usage.ru_stime)};
    outcome.peak_memory = static_cast<std::uint64_t>(end.usage.ru_maxrss) * 1024;
    if (outcome.end != RunOutcome::End::exited) return;
    if (end.code == CLD_EXITED) {
      outcome.exit_code = end.status;
    } else {
      outcome.end = RunOutcome::End::signaled;
      outcome.signal = end.status;
    }
  }

  Spawned process_;
  std::string_view input_;
  int gate_;
  bool gate_failed_ = false;
  int cancel_;
  const std::function<void(std::string_view)>& on_stderr_;
  std::optional<Clock::time_point> cancelled_;
  std::size_t max_output_;
  milliseconds drain_grace_;
  milliseconds cancel_grace_;
};

}  // namespace

bool never_started(const Error& error) { return dynamic_cast<const NeverStarted*>(error.detail.get()) != nullptr; }

Result<RunOutcome> ProcessRunner::exec(const RunRequest& request) {
  const auto deadline = Clock::now() + request.timeout;
  for (int tries = 0;; ++tries) {
    const auto begun = Clock::now();
    if (begun >= deadline)
      return Error{Kind::timeout, 0, "run '" + request.path + "': no time left", std::make_shared<NeverStarted>()};
    if (is_cancelled(request.cancel_fd)) return interrupted("run '" + request.path + "'");
    const auto started = std::chrono::system_clock::now();
    auto spawned = spawn(request);
    if (spawned) {
      RunOutcome outcome = TRY(Run(std::move(*spawned), request, options_).to_end(begun, deadline));
      outcome.started = started;
      return outcome;
    }
    // Somebody is writing the file, most likely a new version of the plugin: soon done.
    if (spawned.error().error_number != ETXTBSY || tries == options_.busy_retries) return std::move(spawned).error();
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    cancelled_within(request.cancel_fd, std::clamp(left, milliseconds(0), options_.busy_pause));
  }
}

}  // namespace cni
