// When a container's probes are due, and what follows from what they find: Kubernetes' meaning, as the kubelet has it.
// The startup probe goes first, and the others wait for it; all wait for postStart. So many in a row make an outcome
// count; in between what was so before stays. https://kubernetes.io/docs/concepts/workloads/pods/probes/
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/store/store.h"

namespace podrun::tend {

// Nanoseconds. A probe may be this much early, where somebody is up anyway: each wake costs more than a probe does.
inline constexpr std::int64_t kEarly = 100'000'000;

// The first two are of one that runs.

bool is_to_be_greeted(const LiveContainer& one);

// Nanoseconds since the epoch; the past or `now` where it is due, and 0 where there is nothing to ask.
std::int64_t time_of_next(const LiveContainer& one, ProbeKind kind, std::int64_t now);

struct Verdict {
  std::string failed;                         // "liveness probe"
  std::optional<std::uint32_t> grace_period;  // seconds; empty: the pod's
};
// Where its startup or liveness probe has failed too often, or its postStart.
std::optional<Verdict> why_it_is_ended(const ContainerPlan& plan, const ProbeMemory& memory);

// What is to be remembered once a probe that began at `began` has ended so, or postStart has.
void remember(const ContainerPlan& plan, ProbeKind kind, std::int64_t began, const Outcome& outcome,
              ProbeMemory& memory);
void remember_greeting(std::int64_t began, const Outcome& outcome, ProbeMemory& memory);

}  // namespace podrun::tend
