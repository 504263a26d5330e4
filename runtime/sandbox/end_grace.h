// Giving containers time to end by themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/store/store.h"

namespace podrun {

struct Running {
  Fd process;
  int stop_signal;
};

// Kind::corrupt where the record of one cannot be read: it would be killed without the time it has a right to.
Result<std::vector<Running>> running_containers(const Box& box);

// The stop signal to each of them: once, however many asked for their end. The pod gets its deadline: `grace_period`
// from now, empty for the pod's own, and never more than it was given before.
void ask_to_end(PodRecord& pod, const Box& box, const std::vector<Running>& running,
                std::optional<std::chrono::seconds> grace_period);

// Until the last has ended or it is `deadline` (CLOCK_BOOTTIME, nanoseconds). EINTR when a signal ended the wait.
Result<void> wait_for_ends(const std::vector<Running>& running, std::int64_t deadline);

}  // namespace podrun
