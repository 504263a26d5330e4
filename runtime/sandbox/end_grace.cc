#include "runtime/sandbox/end_grace.h"

#include <algorithm>

#include "runtime/kernel/clock.h"

namespace podrun {

Result<Endings> running_containers(const PodRecord& pod, const Box& box) {
  std::vector<std::string> broken;
  Endings running;
  for (const auto& container : TRY(box.load_containers(&broken)))
    if (auto ending = Ending::of(pod, container)) running.push_back(std::move(ending));
  if (broken.empty()) return running;
  return Error{Kind::corrupt, 0,
               "read the record of container '" + broken.front() + "' (`podrun delete --force` needs none)"};
}

AskedShim ask_to_end(const Host& host, PodRecord& pod, const Box& box, const Endings& running,
                     std::optional<std::chrono::seconds> grace_period) {
  const std::int64_t before = pod.life.deadline;
  if (before == 0 || grace_period) {
    const auto grace = grace_period.value_or(std::chrono::seconds(pod.plan.grace_period));
    const std::int64_t wanted = boot_time() + std::chrono::nanoseconds(grace).count();
    pod.life.deadline = before == 0 ? wanted : std::min(wanted, before);
  }
  AskedShim asked = ask_to_watch_over_end(host, pod);
  for (const auto& ending : running) {
    if (before == 0)
      ending->ask(host, pod.life.deadline);
    else
      ending->wait_until(pod.life.deadline);
  }
  (void)box.save(pod);  // for who looks at it, and for recover: a full disk keeps no pod from ending
  return asked;
}

}  // namespace podrun
