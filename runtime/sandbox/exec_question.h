// A command in a container as a question: it joins as `podrun exec` does, and its exit status is the answer.
#pragma once

#include <memory>

#include "runtime/probe/question.h"
#include "runtime/sandbox/host.h"

namespace podrun {

// At `until` (as for other questions) it is killed, with what it has started in its session. One that cannot be run has
// failed. The caller has one thread.
std::unique_ptr<probe::Question> ask_exec(const PodRecord& pod, const ContainerRecord& container,
                                          const ExecAction& action, std::int64_t until);

}  // namespace podrun
