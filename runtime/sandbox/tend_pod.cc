#include "runtime/sandbox/tend_pod.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/kernel/clock.h"
#include "runtime/sandbox/alarm.h"
#include "runtime/sandbox/evict.h"
#include "runtime/sandbox/orphaned_end.h"
#include "runtime/sandbox/shim.h"
#include "runtime/sandbox/stands.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/sandbox/take_down.h"
#include "runtime/sandbox/tending.h"
#include "runtime/tend/disk.h"
#include "runtime/tend/next.h"

namespace podrun {
namespace {

struct Seen {
  std::optional<Box> box;  // the lock: what waits is nobody's at the moment
  PodRecord pod;
  std::vector<LiveContainer> containers;
  // False: how one of them ended is not known yet. Until then nothing is decided; the shim wakes podrun again once it
  // has written that down.
  bool is_told = true;
  std::int64_t at = boot_time();
};

constexpr std::int64_t kOld = 1'000'000'000;  // nanoseconds: what may have changed is looked at again

// Nothing where there is nothing to look after.
Result<std::optional<Seen>> look(const Host& host, const std::string& id) {
  auto box = take_box(host.store, id);
  if (!box && box.error().kind != Kind::not_found) return box.error();
  if (!box || !*box) return std::optional<Seen>();
  Pod pod = TRY(host.store.load_whole(id));
  if (pod.record.life.state == PodState::deleting)
    return std::optional(Seen{std::move(*box), std::move(pod.record), {}});
  if (!stands(pod.record) && !is_being_ended(pod.record.life)) return std::optional<Seen>();
  if (!pod.broken.empty()) return Error{Kind::corrupt, 0, "read the record of container '" + pod.broken.front() + "'"};
  auto containers = look_at(host.layout(), pod.record, std::move(pod.containers), std::move(pod.previous));
  const auto is_not_told = [](const LiveContainer& one) {
    return !one.record.life.process.empty() && !one.status.running && !one.status.exit;
  };
  const bool is_told = std::none_of(containers.begin(), containers.end(), is_not_told);
  return std::optional(Seen{std::move(*box), std::move(pod.record), std::move(containers), is_told});
}

bool is_start(const tend::Step& step) { return step.act == tend::Step::Act::start; }

// A start is done when this returns, and all else is under way. True where there was a start.
bool take_steps(Host& host, const Seen& seen, const std::vector<tend::Step>& steps, Tending& tending) {
  const std::string& id = seen.pod.plan.who.id;
  for (const tend::Step& step : steps) {
    if (is_start(step)) {
      const auto started = start_container(host, id, step.container,
                                           {.keeps_layer = false, .attempt = step.attempt, .back_off = step.back_off});
      if (!started) host.warn("pod '" + seen.pod.plan.who.name + "': " + started.error().what);
      continue;
    }
    for (const LiveContainer& one : seen.containers)
      if (one.record.plan.name == step.container) tending.begin(seen.pod, one, step);
  }
  return std::any_of(steps.begin(), steps.end(), is_start);
}

// The way down kills whoever is in the pod's cgroup, and so its shim, whose child we are.
Result<void> remove(const Host& host, Seen seen) {
  const Cgroup cgroup(TRY(CgroupHost::discover()), seen.pod.plan.cgroup_path);
  TRY(cgroup.leave().in("leave the pod's cgroup"));
  return take_down(host, *seen.box, std::move(seen.pod));
}

}  // namespace

Result<void> tend_pod(Host& host, const std::string& id) {
  Tending tending(host);
  std::optional<Seen> seen;
  std::int64_t measured = 0;  // when, nanoseconds since the epoch
  for (std::vector<tend::Step> before;;) {
    if (!seen) seen = TRY(look(host, id));
    if (seen && is_being_ended(seen->pod.life))
      return go_on_with_end(host, *seen->box, std::move(seen->pod), seen->containers);
    if (!seen || (!seen->is_told && tending.empty())) return {};
    const bool is_measured = seen->is_told && podrun::is_measured(seen->pod, seen->containers);
    if (is_measured && std::abs(wall_time() - measured) >= tend::kMeasuredEvery) {
      measured = wall_time();
      seen->box.reset();  // it may take its time
      TRY(evict_where_over(host, seen->pod, seen->containers));
      seen.reset();
      continue;
    }
    tend::Next next = seen->is_told ? tend::next(seen->pod, seen->containers, wall_time()) : tend::Next();
    if (is_measured)
      next.at = next.at == 0 ? measured + tend::kMeasuredEvery : std::min(next.at, measured + tend::kMeasuredEvery);
    if (next.removes) return remove(host, std::move(*seen));
    seen->box.reset();  // each step takes it by itself
    tending.forget_ended(seen->containers);
    std::vector<tend::Step> starts;
    std::copy_if(next.steps.begin(), next.steps.end(), std::back_inserter(starts), is_start);
    // Not even a reason could be recorded: a full disk, say. The shim wakes us again, a second after a bad end.
    if (!starts.empty() && starts == before)
      return Error{Kind::busy, 0, "what the pod needs cannot be done at the moment"};
    before = starts;
    const bool has_begun = take_steps(host, *seen, next.steps, tending);
    if (has_begun || !tending.empty()) {
      if (has_begun || !TRY(tending.go_on(seen->containers, next.at)) || boot_time() - seen->at > kOld) seen.reset();
      continue;
    }
    if (next.at == 0) return {};
    ShimClient shim(seen->pod.life.shim, TRY(connect_shim(host.layout(), seen->pod.plan)));
    const Cgroup cgroup(TRY(CgroupHost::discover()), seen->pod.plan.cgroup_path);
    return set_alarm(host, seen->pod.plan, cgroup, shim,
                     boot_time() + std::max<std::int64_t>(next.at - wall_time(), 1));
  }
}

}  // namespace podrun
