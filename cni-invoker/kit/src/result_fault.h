// What is wrong with a result by the specification of its version: the shape alone, not whether it is true.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cni/kit.h"
#include "cni/version.h"

namespace cni::kit {

// "ips[0].address: no address with a prefix length: \"10.1.0.5\""; empty: nothing is wrong.
std::string fault_of_result(const nlohmann::json& result, const Version& version, Role role);

}  // namespace cni::kit
