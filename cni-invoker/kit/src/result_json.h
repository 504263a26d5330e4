// What a check found, as it travels from its process to ours and into reports.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cni/kit.h"

namespace cni::kit {

nlohmann::json run_to_json(const SeenRun& run);
SeenRun run_from_json(const nlohmann::json& json);
// Outcome, level, expected, seen, evidence, runs and paths.
nlohmann::json found_to_json(const CheckResult& result);
// False where the text is not one of those; `result` is as it was.
bool found_from_json(const std::string& text, CheckResult& result);

}  // namespace cni::kit
