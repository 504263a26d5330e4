// What whoever tends a pod remembers of an attempt's probes and hooks: a file beside its record (layout.h), gone with
// it. Absent is an attempt that nobody has asked yet.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/model/plan.h"

namespace podrun {

// Of one probe.
struct Probed {
  std::int64_t last = 0;  // when the last one began, nanoseconds since the epoch; 0: there was none
  bool succeeded = false;
  std::uint32_t in_a_row = 0;  // how many have ended so
  std::string failure;         // what the last one that failed had to say; empty: none has
  std::int64_t failed_at = 0;  // when it was asked

  bool operator==(const Probed&) const = default;
};

struct ProbeMemory {
  enum class Hook : std::uint8_t { due, done, failed };
  Hook post_start = Hook::due;
  bool started = false;          // its startup probe has succeeded
  bool ready = false;            // by its readiness probe
  std::int64_t ready_since = 0;  // since when that is so; 0: from its start on
  Probed startup, liveness, readiness;
  std::string failure;  // what postStart had to say where it failed
  std::int64_t failed_at = 0;

  Probed& of(ProbeKind kind) {
    return kind == ProbeKind::startup ? startup : kind == ProbeKind::liveness ? liveness : readiness;
  }
  const Probed& of(ProbeKind kind) const { return const_cast<ProbeMemory*>(this)->of(kind); }

  bool operator==(const ProbeMemory&) const = default;
};

// Whether there may be anything to remember.
inline bool is_asked(const ContainerPlan& plan) { return plan.probes.any() || plan.hooks.post_start; }

// Of one that runs. Kubernetes has both true where nobody asks.
inline bool is_started(const ContainerPlan& plan, const ProbeMemory& memory) {
  return (!plan.hooks.post_start || memory.post_start == ProbeMemory::Hook::done) &&
         (!plan.probes.startup || memory.started);
}
inline bool is_ready(const ContainerPlan& plan, const ProbeMemory& memory) {
  return is_started(plan, memory) && (!plan.probes.readiness || memory.ready);
}

}  // namespace podrun
