// A pod's own record, with texts that are JSON opened up, beside what the kernel says now. For programs and for finding
// out what went wrong; `get -o json` is the shape that stays.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "runtime/cli/live_pod.h"

namespace podrun::cli {

nlohmann::ordered_json inspect_json(const LivePod& pod);

}  // namespace podrun::cli
