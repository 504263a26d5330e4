// Containers of several pods ended side by side: all are asked before the first is waited for (of more than 200, as many
// at a time: end_pods).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/context.h"
#include "runtime/cli/pod_choice.h"

namespace podrun::cli {

struct EndContainers {
  std::string command;                        // "restart"
  std::string done;                           // "restarted"
  std::optional<std::chrono::seconds> grace;  // empty: the pod's own
  // Those of a pod that are to end.
  std::function<Result<std::vector<ContainerRecord>>(const Pod& pod)> which;
  // What comes once that container has ended. Empty: nothing, and no restart policy makes it run again.
  std::function<Result<void>(const Pod& pod, const std::string& container)> then;
};

// Prints "pod/web restarted" once that holds of all its containers. Where one fails the others go on. A signal ends the
// waiting: who is waited for has been asked to end, and what was to come then does not come.
Result<int> end_containers(Context& context, const Host& host, const PodChoice& choice, const EndContainers& how);

}  // namespace podrun::cli
