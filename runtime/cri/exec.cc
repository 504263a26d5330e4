#include "runtime/cri/exec.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace podrun::cri {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kOutputLimit = (16U << 20U) / 2 - (64U << 10U);  // of each: clients take 16 MiB in all
constexpr milliseconds kDrain{200};  // for what it has left running, once it has ended

// Milliseconds until then, for poll(2); -1: no end.
int left_until(const std::optional<steady_clock::time_point>& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<milliseconds>(*deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

class Collector {
 public:
  Collector(Fd out, Fd err) : from_{std::move(out), std::move(err)} {}

  // Until there is an answer, or the deadline, and then for as long as there is more to read, but not for long. False:
  // the deadline came first.
  bool collect(int answer, const std::optional<steady_clock::time_point>& deadline) {
    std::optional<steady_clock::time_point> until = deadline;
    bool has_ended = false;
    while (is_open() || !has_ended) {
      std::array<pollfd, 3> events{{{from_[0].get(), POLLIN, 0},
                                    {from_[1].get(), POLLIN, 0},
                                    {has_ended ? -1 : answer, POLLIN, 0}}};  // poll(2) passes over what is negative
      const int ready = ::poll(events.data(), events.size(), left_until(until));
      if (ready < 0 && errno != EINTR) break;
      for (std::size_t i = 0; i < from_.size(); ++i)
        if (events.at(i).revents != 0) read(i);
      if (events[2].revents != 0) {
        has_ended = true;
        until = steady_clock::now() + kDrain;
      }
      if (until && steady_clock::now() >= *until) return has_ended;
    }
    return true;
  }
  std::string take(std::size_t which) { return std::move(texts_.at(which)); }

 private:
  bool is_open() const { return from_[0] || from_[1]; }
  void read(std::size_t which) {
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(from_.at(which).get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return from_.at(which).reset();
    std::string& text = texts_.at(which);
    text.append(buffer.data(), std::min(static_cast<std::size_t>(got), kOutputLimit - text.size()));
  }

  std::array<Fd, 2> from_;
  std::array<std::string, 2> texts_;
};

}  // namespace

Result<SeenContainer> running_container(const Backend& backend, const std::string& id) {
  SeenContainer container = TRY(backend.view.container(id));
  if (container.state == api::CONTAINER_RUNNING) return container;
  return Error{Kind::busy, 0, "container '" + container.id() + "' is not running"};
}

Result<ExecResult> exec_sync(const Backend& backend, const std::string& id, const std::vector<std::string>& command,
                             std::chrono::seconds timeout) {
  if (command.empty()) return Error{Kind::invalid, 0, "cmd: is empty"};
  const SeenContainer container = TRY(running_container(backend, id));
  std::optional<steady_clock::time_point> deadline;
  if (timeout.count() > 0) deadline = steady_clock::now() + timeout;
  Worker worker = TRY(backend.workers.begin(
      act_on("exec", container), json{{"args", command}}.dump(-1, ' ', false, json::error_handler_t::replace)));
  auto handed = TRY(worker.take_handed());
  Collector collector(std::move(handed['o']), std::move(handed['e']));
  if (!collector.collect(worker.answer_fd(), deadline)) {
    worker.let_go();
    (void)worker.wait();
    return Error{Kind::timeout, ETIMEDOUT,
                 "the command did not end within " + std::to_string(timeout.count()) + " seconds, and was killed"};
  }
  const json answer = TRY(worker.wait());
  return ExecResult{answer.value("code", 137), collector.take(0), collector.take(1)};
}

}  // namespace podrun::cri
