// The lock is held for steps and never for a grace period: a delete that gives containers time is overtaken by one that
// gives them less.
#include "runtime/sandbox/delete_pod.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "base/interruption.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/process.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/sandbox/take_down.h"

namespace podrun {
namespace {

using std::chrono::milliseconds;

Result<std::vector<Fd>> running_containers(const Box& box) {
  std::vector<std::string> broken;
  std::vector<Fd> running;
  for (const auto& container : TRY(box.load_containers(&broken)))
    if (auto process = open_process(container.life.process)) running.push_back(std::move(*process));
  if (broken.empty()) return running;
  // It may run, and would be killed without the time it has a right to.
  return Error{Kind::corrupt, 0,
               "read the record of container '" + broken.front() + "' (`podrun delete --force` needs none)"};
}

// A pod that was given some time may be given less, as by kubectl, and never more.
std::int64_t deadline_for(const PodRecord& pod, const DeleteOptions& options) {
  if (pod.life.deadline != 0 && !options.grace_period) return pod.life.deadline;
  const auto grace = options.grace_period.value_or(std::chrono::seconds(pod.plan.grace_period));
  const std::int64_t wanted = boot_time() + std::chrono::nanoseconds(grace).count();
  return pod.life.deadline == 0 ? wanted : std::min(wanted, pod.life.deadline);
}

// SIGTERM to every container: once, however many deletes there are.
void ask_to_end(PodRecord& pod, const Box& box, const std::vector<Fd>& running, const DeleteOptions& options) {
  if (pod.life.deadline == 0)
    for (const Fd& process : running) send_signal(process.get(), SIGTERM);
  pod.life.deadline = deadline_for(pod, options);
  (void)box.save(pod);  // for who looks at it, and for recover: a full disk keeps no pod from ending
}

// Until the last has ended, be it by a delete with less patience.
Result<void> wait_for(const std::vector<Fd>& running, std::int64_t deadline) {
  for (const Fd& process : running) {
    std::array<pollfd, 2> awaited{{{process.get(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}}};
    while (awaited[0].revents == 0) {
      TRY(base::check_interruption());
      const std::int64_t left = deadline - boot_time();
      if (left <= 0) return {};
      constexpr std::int64_t kLongest = 3'600'000;
      const auto limit = std::chrono::ceil<milliseconds>(std::chrono::nanoseconds(left)).count();
      if (::poll(awaited.data(), awaited.size(), static_cast<int>(std::min<std::int64_t>(limit, kLongest))) < 0 &&
          errno != EINTR)
        return Error::system(errno, "poll");
    }
  }
  return {};
}

// No record is the last moment of a delete that was stopped; an unreadable one is somebody else's doing.
Result<PodRecord> remains_to_delete(const Host& host, const Box& box, bool force) {
  auto loaded = box.load();
  if (!loaded && loaded.error().kind != Kind::not_found && !force)
    return std::move(loaded).error().in(
        "read the pod's record (`podrun delete --force` and `podrun recover` need none)");
  return loaded ? std::move(loaded) : Result<PodRecord>(remains_of(host, box));
}

}  // namespace

Result<void> delete_pod(const Host& host, const std::string& id, const DeleteOptions& options) {
  std::optional<Box> box = TRY(options.force ? take_box_by_force(host.store, id) : take_box(host.store, id));
  if (!box) return {};
  PodRecord pod = TRY(remains_to_delete(host, *box, options.force));
  const bool at_once = options.force || options.grace_period == std::chrono::seconds(0) ||
                       (!options.grace_period && pod.plan.grace_period == 0);
  const auto running = at_once || pod.life.state != PodState::ready ? std::vector<Fd>() : TRY(running_containers(*box));
  if (!running.empty()) {
    ask_to_end(pod, *box, running, options);
    box.reset();
    if (auto waited = wait_for(running, pod.life.deadline); !waited)
      return std::move(waited).error().in("wait for its containers, which have been asked to end");
    auto again = take_box(host.store, id);
    if (!again && again.error().kind == Kind::not_found) return {};
    box = TRY(std::move(again));
    if (!box) return {};
    pod = TRY(remains_to_delete(host, *box, false));
  }
  return take_down(host, *box, std::move(pod), {.force = options.force});
}

}  // namespace podrun
