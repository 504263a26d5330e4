// What a standing pod needs next: init containers in their order, sidecars from their turn to the pod's end, main
// containers by restartPolicy, with the kubelet's back-off; hooks and probes when they are due (probes.h); the end of
// all where it may not be active any longer. Pure:
// whoever carries it out looks at the pod, takes the steps, and looks again, until there are none; then sleeps until
// `at`, or until a container ends. Nothing is remembered between two looks but what is on record, so each may be by
// another process, and a step that was cut short is found as it is.
//
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/ and …/sidecar-containers/, …/pod-lifecycle/
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model/plan.h"
#include "runtime/store/store.h"

namespace podrun::tend {

struct Step {
  enum class Act {
    start,  // the attempt on record where it has that number: it has not begun; else the next, with the plan of the
            // latest
    stop,   // and wait for its end, as podrun stop does, but for `life.held`
    greet,  // its postStart
    ask,    // its probe of that kind
  };
  Act act = Act::start;
  std::string container;
  std::uint32_t attempt = 0;
  std::int64_t back_off = 0;                       // of a start: its `life.back_off`
  ProbeKind kind = ProbeKind::startup;             // of an ask
  std::optional<std::uint32_t> grace_period = {};  // of a stop, seconds; empty: the pod's

  bool operator==(const Step&) const = default;
};

struct Next {
  // In this order; each may be taken whatever became of those before. What takes its time is named again, the same,
  // until what came of it is on record.
  std::vector<Step> steps = {};
  std::int64_t at = 0;   // when something is due by itself, nanoseconds since the epoch; 0: never
  bool over = false;     // all has ended for good
  bool removes = false;  // and the pod is to go with it, by whoever has the lock that this was seen under
};

// `containers` as look_at() has them, every record readable, seen under the pod's lock: what waits there is nobody's at
// the moment. A start that fails has to leave its reason in `life.failure`, and so a used attempt.
Next next(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now);

// How many of a new pod's containers, from the first on, create begins by itself, all at once: every one where none has
// to wait; else those up to the first that others wait for: an init container, which has to end, a sidecar with a
// startup probe, or whoever has a postStart.
std::size_t first_steps(const std::vector<const ContainerPlan*>& containers);

}  // namespace podrun::tend
