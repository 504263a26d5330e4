// Every check beside every version of every plugin.
#pragma once

#include <nlohmann/json.hpp>

#include "cni/kit.h"

namespace cni::kit {

// Columns are plugins, and versions in them; rows are checks, in their chapters. `anchor` of a cell is that of the
// finding it belongs to (anchor_of).
nlohmann::json matrix(const Report& report);

// Where on the page the check's failure for this target is told.
std::string anchor_of(const CheckResult& result);

}  // namespace cni::kit
