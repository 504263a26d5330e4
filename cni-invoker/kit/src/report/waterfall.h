// When which plugin ran, drawn.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

// Values of templates::waterfall; null where nothing ran.
nlohmann::json waterfall(const std::vector<SeenRun>& runs);

// The check whose runs show most of how the plugins work together; null: nothing ran.
const CheckResult* most_telling(const Report& report);

// How long each plugin took for each command that succeeded: rows of values, slowest first.
nlohmann::json latencies(const Report& report);

}  // namespace cni::kit
