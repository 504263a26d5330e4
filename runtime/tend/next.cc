#include "runtime/tend/next.h"

#include <algorithm>

#include "runtime/tend/back_off.h"
#include "runtime/tend/probes.h"

namespace podrun::tend {
namespace {

bool is_main(const LiveContainer& one) { return one.record.plan.role == ContainerRole::main; }
bool is_ephemeral(const LiveContainer& one) { return one.record.plan.role == ContainerRole::ephemeral; }

// Whether those that come after it may begin. A main container holds up the others only by its postStart, as it does
// for the kubelet, which waits for that.
bool is_past(const LiveContainer& one) {
  switch (one.record.plan.role) {
    case ContainerRole::init:
      return one.has_ended() && !one.has_failed();
    case ContainerRole::sidecar:
      return one.has_started();
    case ContainerRole::main:
      return !one.is_waiting() && !is_to_be_greeted(one);
    case ContainerRole::ephemeral:
      return true;
  }
  return true;
}

bool holds_up_others(const ContainerPlan& plan) {
  return plan.role == ContainerRole::init || plan.hooks.post_start ||
         (plan.role == ContainerRole::sidecar && plan.probes.startup);
}

Step begin(const LiveContainer& one) {
  return {Step::Act::start, one.record.plan.name, one.record.plan.attempt, one.record.life.back_off};
}

Step begin_again(const LiveContainer& one) {
  return {Step::Act::start, one.record.plan.name, one.record.plan.attempt + 1,
          back_off_of_next(one.record, one.status)};
}

// By the clock on the wall, which may be set: for what ended in the future nobody waits.
std::int64_t due(const LiveContainer& one, std::int64_t now) {
  const std::int64_t wait = back_off_after(one.record, one.status);
  const std::int64_t ended = one.status.exit ? one.status.exit->finished_at : one.record.life.started_at;
  return ended > now ? now : ended + wait;
}

void look_again_at(std::int64_t at, Next& next) { next.at = next.at == 0 ? at : std::min(next.at, at); }

void make_again(const LiveContainer& one, std::int64_t now, Next& next) {
  const std::int64_t at = due(one, now);
  if (at <= now)
    next.steps.push_back(begin_again(one));
  else
    look_again_at(at, next);
}

// Of one that runs: its end where it does not do well, else its hook, then its probes.
void look_after(const LiveContainer& one, std::int64_t now, Next& next) {
  const ContainerPlan& plan = one.record.plan;
  const auto step = [&](Step::Act act) { return Step{act, plan.name, plan.attempt, 0}; };
  const auto verdict = why_it_is_ended(plan, one.probes);
  if (verdict) {
    Step stop = step(Step::Act::stop);
    stop.grace_period = verdict->grace_period;
    next.steps.push_back(std::move(stop));
  }
  if (!verdict && is_to_be_greeted(one)) next.steps.push_back(step(Step::Act::greet));
  for (const ProbeKind kind : kProbeKinds) {
    const std::int64_t at = time_of_next(one, kind, now);
    if (at == 0 || (verdict && kind != ProbeKind::readiness)) continue;
    if (at > now + kEarly) {
      look_again_at(at, next);
      continue;
    }
    next.steps.push_back(step(Step::Act::ask));
    next.steps.back().kind = kind;
  }
}

bool is_held(const LiveContainer& one) { return one.record.life.held; }

Step end(const LiveContainer& one) { return {Step::Act::stop, one.record.plan.name, one.record.plan.attempt, 0}; }

bool is_served(const LiveContainer& one) {
  return one.record.plan.role == ContainerRole::main || one.record.plan.role == ContainerRole::init;
}

// Who still runs where the pod was cut short, all at once. Sidecars, and who looks on, end after those they serve,
// the last begun first, one after another; then the pod, where it is to. What a person has stopped may be started again
// by one, who may be looking on, until the deadline.
Next end_the_rest(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now) {
  Next next;
  const bool some_held =
      !is_cut_short(pod, containers, now) && std::any_of(containers.begin(), containers.end(), is_held);
  for (const LiveContainer& one : containers)
    if (one.status.running && is_served(one)) next.steps.push_back(end(one));
  const auto last = std::find_if(containers.rbegin(), containers.rend(), [&](const LiveContainer& one) {
    return one.status.running && !(some_held && is_ephemeral(one));
  });
  next.over = last == containers.rend();
  if (!next.over && next.steps.empty()) next.steps.push_back(end(*last));
  // What has filled the disk is not given time to go on with that.
  if (!pod.life.evicted.empty())
    for (Step& step : next.steps) step.grace_period = 0;
  next.removes = next.over && pod.plan.removed_at_end && !some_held;
  return next;
}

}  // namespace

Next next(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now) {
  // A removal that was cut short is gone on with.
  if (pod.life.state == PodState::deleting) return {.removes = pod.plan.removed_at_end};
  if (pod.life.state != PodState::ready || pod.life.is_terminating()) return {};
  if (is_over(pod, containers, now)) return end_the_rest(pod, containers, now);
  // Once a main container has begun, init containers are past for good, and nobody waits for a sidecar that comes back.
  const bool initialized = std::any_of(containers.begin(), containers.end(),
                                       [](const LiveContainer& one) { return is_main(one) && !one.is_waiting(); });
  Next next{.at = active_until(pod)};
  bool may_begin = true;
  for (const LiveContainer& one : containers) {
    if (is_made_again(pod, containers, one, now)) make_again(one, now, next);
    if (one.status.running) look_after(one, now, next);
    if (initialized && one.record.plan.role == ContainerRole::init) continue;
    // An ephemeral one waits for nobody: that it has not begun is its maker's death.
    if (one.is_waiting() && (may_begin || is_ephemeral(one)) && !one.record.life.held) next.steps.push_back(begin(one));
    const bool is_waited_for = is_main(one) ? one.record.plan.hooks.post_start.has_value() : !initialized;
    if (is_waited_for) may_begin = may_begin && is_past(one);
  }
  return next;
}

std::size_t first_steps(const std::vector<const ContainerPlan*>& containers) {
  const auto first = std::find_if(containers.begin(), containers.end(),
                                  [](const ContainerPlan* plan) { return holds_up_others(*plan); });
  if (first == containers.end()) return containers.size();
  return static_cast<std::size_t>(first - containers.begin()) + 1;
}

}  // namespace podrun::tend
