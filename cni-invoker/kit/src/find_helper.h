// Where cni-kit-plugin is.
#pragma once

#include <string>

#include "cni/base/result.h"

namespace cni::kit {

// `given`, else beside the running program, or where it is installed. Kind::not_found names the places.
Result<std::string> find_helper(const std::string& given);

}  // namespace cni::kit
