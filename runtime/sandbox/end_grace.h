// Giving containers of a pod time to end by themselves, all at once.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/sandbox/ending.h"
#include "runtime/sandbox/orphaned_end.h"
#include "runtime/sandbox/pod_end.h"

namespace podrun {

// Kind::corrupt where the record of one cannot be read: it would be killed without the time it has a right to.
Result<Endings> running_containers(const PodRecord& pod, const Box& box);

// Each of them: once, however many asked for their end. The pod gets its deadline: `grace_period` from now, empty for
// the pod's own, and never more than it was given before. Its shim is asked to see to it (orphaned_end.h).
AskedShim ask_to_end(const Host& host, PodRecord& pod, const Box& box, const Endings& running,
                     std::optional<std::chrono::seconds> grace_period);

}  // namespace podrun
