#include "runtime/sandbox/orphaned_end.h"

#include <algorithm>

#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/clock.h"
#include "runtime/sandbox/alarm.h"
#include "runtime/sandbox/shim.h"
#include "runtime/sandbox/take_down.h"

namespace podrun {
namespace {

// For whoever asked: they are awake as soon as we are, and have more to say to a person.
constexpr std::int64_t kLead = 2'000'000'000;

Result<void> look_again_at(const Host& host, const PodRecord& pod, std::int64_t when) {
  ShimClient shim(pod.life.shim, TRY(connect_shim(host.layout(), pod.plan)));
  return set_alarm(host, pod.plan, Cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path), shim, when);
}

// CLOCK_BOOTTIME. Containers tell the time on the wall; of one whose end nobody has written down nothing is known.
std::int64_t is_due(const PodRecord& pod, const std::vector<LiveContainer>& containers) {
  if (std::any_of(containers.begin(), containers.end(), [](const LiveContainer& one) { return one.status.running; }))
    return pod.life.deadline;
  std::int64_t last = 0;
  for (const LiveContainer& one : containers)
    if (one.status.exit) last = std::max(last, one.status.exit->finished_at);
  return std::min(pod.life.deadline, last - wall_time() + boot_time());
}

}  // namespace

AskedShim ask_to_watch_over_end(const Host& host, const PodRecord& pod) {
  const auto ask = [&]() -> Result<ShimClient> {
    const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
    ShimClient shim = TRY(ShimClient::greet(pod.life.shim, TRY(reach_shim(host.layout(), pod.plan.who.id, Wait::no))));
    TRY(ask_for_alarm(host, pod.plan, cgroup, shim, pod.life.deadline + kLead));
    return shim;
  };
  auto asked = ask();
  return asked ? AskedShim(std::move(*asked)) : std::nullopt;
}

void watch_over_end(const Host& host, const PodRecord& pod, AskedShim asked) {
  if (asked && asked->expect_alarm()) return;
  (void)look_again_at(host, pod, pod.life.deadline + kLead);
}

Result<void> go_on_with_end(const Host& host, const Box& box, PodRecord pod,
                            const std::vector<LiveContainer>& containers) {
  const std::int64_t due = is_due(pod, containers) + kLead;
  if (boot_time() < due) return look_again_at(host, pod, due);
  // The way down kills whoever is in the pod's cgroup, and so its shim, whose child we are.
  TRY(Cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path).leave().in("leave the pod's cgroup"));
  const bool is_stop = pod.life.state == PodState::stopping;
  const Landing until = is_stop ? landing_of_stop(pod.plan) : Landing::gone;
  return take_down(host, box, std::move(pod), {.until = until});
}

}  // namespace podrun
