// An action of a probe or a hook, begun in its container or from inside its pod's network namespace. There every pod
// can be asked, also one that has no network or that the host cannot reach, and the host's rules are in nobody's way.
#pragma once

#include <memory>

#include "runtime/probe/question.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// `until`: CLOCK_BOOTTIME, nanoseconds; 0: as long as it takes. The caller has one thread.
std::unique_ptr<probe::Question> ask(const PodRecord& pod, const ContainerRecord& container, const Action& action,
                                     std::int64_t until);

}  // namespace podrun
