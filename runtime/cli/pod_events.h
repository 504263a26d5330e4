// What the files tell to have happened to a pod, as events in kubectl's sense.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/cli/live_pod.h"

namespace podrun::cli {

struct PodEvent {
  std::int64_t time = 0;  // nanoseconds since the epoch; 0: no file tells
  bool is_warning = false;
  std::string reason;  // "Started"
  std::string message;
  std::string container;  // empty: of the pod itself
  std::string name_space;
  std::string name;
  std::string uid;
};

// For a stable sort: in the order of time. What no file gives one came after what is known; it is not what came first.
bool comes_earlier(const PodEvent& a, const PodEvent& b);

// When the pod's record was last saved, which is when it came into its state; nanoseconds since the epoch, 0 where it
// is gone.
std::int64_t saved_at(const Layout& layout, const LivePod& pod);

// In the order of time. `saved_at`: see there.
std::vector<PodEvent> events_of(const LivePod& pod, std::int64_t saved_at);

// Those of `now` that are not among `before`; what no file gives a time has it from `noticed_at`.
std::vector<PodEvent> news(const std::vector<PodEvent>& before, std::vector<PodEvent> now, std::int64_t noticed_at);

PodEvent deletion_of(const LivePod& pod, std::int64_t noticed_at);

}  // namespace podrun::cli
