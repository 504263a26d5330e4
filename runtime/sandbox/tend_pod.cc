#include "runtime/sandbox/tend_pod.h"

#include <algorithm>

#include "runtime/kernel/clock.h"
#include "runtime/sandbox/alarm.h"
#include "runtime/sandbox/shim.h"
#include "runtime/sandbox/stands.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/stop_container.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/sandbox/take_down.h"
#include "runtime/tend/next.h"

namespace podrun {
namespace {

struct Seen {
  std::optional<Box> box;  // the lock: what waits is nobody's at the moment
  PodRecord pod;
  std::vector<LiveContainer> containers;
};

// Nothing where there is nothing to look after.
Result<std::optional<Seen>> look(const Host& host, const std::string& id) {
  auto box = take_box(host.store, id);
  if (!box && box.error().kind != Kind::not_found) return box.error();
  if (!box || !*box) return std::optional<Seen>();
  Pod pod = TRY(host.store.load_whole(id));
  if (pod.record.life.state == PodState::deleting)
    return std::optional(Seen{std::move(*box), std::move(pod.record), {}});
  if (!stands(pod.record) || pod.record.life.is_terminating()) return std::optional<Seen>();
  if (!pod.broken.empty()) return Error{Kind::corrupt, 0, "read the record of container '" + pod.broken.front() + "'"};
  auto containers = look_at(host.layout(), pod.record, std::move(pod.containers), std::move(pod.previous));
  // How it ended is not known yet: the shim wakes podrun again once it has written that down.
  const auto is_not_told = [](const LiveContainer& one) {
    return !one.record.life.process.empty() && !one.status.running && !one.status.exit;
  };
  if (std::any_of(containers.begin(), containers.end(), is_not_told)) return std::optional<Seen>();
  return std::optional(Seen{std::move(*box), std::move(pod.record), std::move(containers)});
}

Result<void> take(Host& host, const Seen& seen, const tend::Step& step) {
  const std::string& id = seen.pod.plan.who.id;
  if (step.act == tend::Step::Act::start) {
    TRY(start_container(host, id, step.container,
                        {.keeps_layer = false, .attempt = step.attempt, .back_off = step.back_off}));
    return {};
  }
  const auto container = std::find_if(seen.containers.begin(), seen.containers.end(),
                                      [&](const LiveContainer& one) { return one.record.plan.name == step.container; });
  return container == seen.containers.end() ? Result<void>()
                                            : stop_container(host, seen.pod, container->record, std::nullopt);
}

// The way down kills whoever is in the pod's cgroup, and so its shim, whose child we are.
Result<void> remove(const Host& host, Seen seen) {
  const Cgroup cgroup(TRY(CgroupHost::discover()), seen.pod.plan.cgroup_path);
  TRY(cgroup.leave().in("leave the pod's cgroup"));
  return take_down(host, *seen.box, std::move(seen.pod));
}

}  // namespace

Result<void> tend_pod(Host& host, const std::string& id) {
  for (std::vector<tend::Step> before;;) {
    auto seen = TRY(look(host, id));
    if (!seen) return {};
    const tend::Next next = tend::next(seen->pod, seen->containers, wall_time());
    if (next.removes) return remove(host, std::move(*seen));
    seen->box.reset();  // each step takes it by itself
    // Not even a reason could be recorded: a full disk, say. The shim wakes us again, a second after a bad end.
    if (!next.steps.empty() && next.steps == before)
      return Error{Kind::busy, 0, "what the pod needs cannot be done at the moment"};
    for (const tend::Step& step : next.steps)
      if (auto taken = take(host, *seen, step); !taken)
        host.warn("pod '" + seen->pod.plan.who.name + "': " + taken.error().what);
    before = next.steps;
    if (!next.steps.empty()) continue;
    if (next.at == 0) return {};
    ShimClient shim(seen->pod.life.shim, TRY(connect_shim(host.layout(), seen->pod.plan)));
    const Cgroup cgroup(TRY(CgroupHost::discover()), seen->pod.plan.cgroup_path);
    return set_alarm(host, seen->pod.plan, cgroup, shim,
                     boot_time() + std::max<std::int64_t>(next.at - wall_time(), 1));
  }
}

}  // namespace podrun
