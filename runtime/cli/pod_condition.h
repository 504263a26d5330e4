// What `podrun wait --for` waits for, as kubectl and podman have it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "runtime/cli/live_pod.h"

namespace podrun::cli {

// Asked of one pod again and again, in order of time; each pod has a copy of its own. `pod`: null where there is none.
// The answer: nothing while it is not so, then the result to print, which is empty where it is only that it is so.
using PodCondition = std::function<Result<std::optional<std::string>>(const LivePod* pod)>;

struct AwaitedCondition {
  PodCondition condition;
  bool of_absent = false;  // a pod that does not exist can fulfil it, now or later: delete and create
  bool is_exit = false;
};

inline constexpr const char* kConditions =
    "condition=NAME[=True|False], delete, create, exit or jsonpath='{PATH}'[=VALUE]";

// `container`: whose exit; empty: of all of the pod's but init containers. Kind::invalid says what was expected.
Result<AwaitedCondition> parse_condition(const std::string& text, const std::string& container);

}  // namespace podrun::cli
