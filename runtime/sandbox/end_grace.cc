#include "runtime/sandbox/end_grace.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/interruption.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/process.h"

namespace podrun {

Result<std::vector<Running>> running_containers(const Box& box) {
  std::vector<std::string> broken;
  std::vector<Running> running;
  for (const auto& container : TRY(box.load_containers(&broken)))
    if (auto process = open_process(container.life.process))
      running.push_back({std::move(*process), container.plan.stop_signal});
  if (broken.empty()) return running;
  return Error{Kind::corrupt, 0,
               "read the record of container '" + broken.front() + "' (`podrun delete --force` needs none)"};
}

void ask_to_end(PodRecord& pod, const Box& box, const std::vector<Running>& running,
                std::optional<std::chrono::seconds> grace_period) {
  const std::int64_t before = pod.life.deadline;
  if (before == 0)
    for (const Running& container : running) send_signal(container.process.get(), container.stop_signal);
  if (before == 0 || grace_period) {
    const auto grace = grace_period.value_or(std::chrono::seconds(pod.plan.grace_period));
    const std::int64_t wanted = boot_time() + std::chrono::nanoseconds(grace).count();
    pod.life.deadline = before == 0 ? wanted : std::min(wanted, before);
  }
  (void)box.save(pod);  // for who looks at it, and for recover: a full disk keeps no pod from ending
}

Result<void> wait_for_ends(const std::vector<Running>& running, std::int64_t deadline) {
  for (const Running& container : running) {
    std::array<pollfd, 2> awaited{{{container.process.get(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}}};
    while (awaited[0].revents == 0) {
      TRY(base::check_interruption());
      const std::int64_t left = deadline - boot_time();
      if (left <= 0) return {};
      constexpr std::int64_t kLongest = 3'600'000;
      const auto limit = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(left)).count();
      if (::poll(awaited.data(), awaited.size(), static_cast<int>(std::min<std::int64_t>(limit, kLongest))) < 0 &&
          errno != EINTR)
        return Error::system(errno, "poll");
    }
  }
  return {};
}

}  // namespace podrun
