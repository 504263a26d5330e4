// What a check has told one of the kit's plugins to do, and what the plugin tells of how it was called.
#pragma once

#include <optional>
#include <string>

#include "cni/base/result.h"

namespace cni::kit {

// One line into the plugin's log: what it was called with.
Result<void> tell_call(const std::string& plugin, const std::string& input);

// Its exit status, where the script has the answer; nullopt: it is to do its work. What the script says of stderr and
// delay is done either way.
Result<std::optional<int>> answer_by_script(const std::string& plugin);

}  // namespace cni::kit
