// Which ways packets were sent, drawn: pods on the left, the host in the middle, what is outside on the right.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

// Values of templates::topology; null without paths. Ways between the same two places are one line, which is marked
// where one of them did not end as it is to.
nlohmann::json topology(const std::vector<SeenPath>& paths);

}  // namespace cni::kit
