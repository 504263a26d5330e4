#include "runtime/tend/probes.h"

#include <algorithm>

#include "runtime/kernel/clock.h"

namespace podrun::tend {
namespace {

bool has_failed(const ProbePlan& plan, const Probed& probed) {
  return !probed.succeeded && probed.in_a_row >= plan.failure_threshold;
}

}  // namespace

bool is_to_be_greeted(const LiveContainer& one) {
  return one.status.running && one.record.plan.hooks.post_start && one.probes.post_start == ProbeMemory::Hook::due;
}

// By the clock on the wall, which may be set: who was asked in the future is asked now.
std::int64_t time_of_next(const LiveContainer& one, ProbeKind kind, std::int64_t now) {
  const ContainerPlan& plan = one.record.plan;
  const auto& probe = plan.probes.of(kind);
  if (!probe || is_to_be_greeted(one)) return 0;
  const bool gates = kind == ProbeKind::startup;
  if (gates ? one.probes.started : !is_started(plan, one.probes)) return 0;
  const std::int64_t first = one.record.life.started_at + probe->initial_delay * kSecond;
  const std::int64_t last = one.probes.of(kind).last;
  if (last > now || one.record.life.started_at > now) return now;
  return last == 0 ? first : last + probe->period * kSecond;
}

std::optional<Verdict> why_it_is_ended(const ContainerPlan& plan, const ProbeMemory& memory) {
  const ProbesPlan& probes = plan.probes;
  if (memory.post_start == ProbeMemory::Hook::failed) return Verdict{"postStart hook", std::nullopt};
  if (probes.startup && !memory.started && has_failed(*probes.startup, memory.startup))
    return Verdict{"startup probe", probes.startup->grace_period};
  if (probes.liveness && has_failed(*probes.liveness, memory.liveness))
    return Verdict{"liveness probe", probes.liveness->grace_period};
  return std::nullopt;
}

void remember(const ContainerPlan& plan, ProbeKind kind, std::int64_t began, const Outcome& outcome,
              ProbeMemory& memory) {
  const auto& probe = plan.probes.of(kind);
  if (!probe) return;
  Probed& probed = memory.of(kind);
  const std::uint32_t needed = outcome.succeeded ? probe->success_threshold : probe->failure_threshold;
  probed.in_a_row = probed.succeeded == outcome.succeeded ? probed.in_a_row : 0;
  probed.in_a_row = std::min(probed.in_a_row + 1, needed);  // more of the same is no news
  probed.succeeded = outcome.succeeded;
  probed.last = began;
  if (!outcome.succeeded) {
    probed.failure = outcome.failure;
    probed.failed_at = began;
  }
  if (probed.in_a_row < needed) return;
  if (kind == ProbeKind::startup) memory.started = memory.started || outcome.succeeded;
  if (kind != ProbeKind::readiness || memory.ready == outcome.succeeded) return;
  memory.ready = outcome.succeeded;
  memory.ready_since = began;
}

void remember_greeting(std::int64_t began, const Outcome& outcome, ProbeMemory& memory) {
  memory.post_start = outcome.succeeded ? ProbeMemory::Hook::done : ProbeMemory::Hook::failed;
  memory.failure = outcome.failure;
  memory.failed_at = outcome.succeeded ? 0 : began;
}

}  // namespace podrun::tend
