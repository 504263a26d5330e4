// --env and --env-file: variables as podman's users give them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::cli {

using Variables = std::vector<std::pair<std::string, std::string>>;

// NAME=VALUE each. NAME alone is passed on as it is in podrun's own environment, and is nothing where it is not there.
Result<Variables> read_env(const std::vector<std::string>& given);

// The same of the lines of a file, empty ones and those that begin with # passed over; nothing in them is quoted.
// `source` names it in errors.
Result<Variables> read_env_file(std::string_view text, const std::string& source);

}  // namespace podrun::cli
