// JSON written as YAML. Text that a YAML reader would take for something else (true, 1.0, null, a date) is quoted.
#pragma once

#include <string>

#include "runtime/cli/kube_json.h"

namespace podrun::cli {

std::string to_yaml(const Json& json);

}  // namespace podrun::cli
