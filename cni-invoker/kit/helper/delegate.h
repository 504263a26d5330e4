// A plugin that another one has started, which is told to who runs that (cni/delegates.h).
#pragma once

#include <string>
#include <string_view>

#include "cni/base/result.h"

namespace cni::kit {

bool is_delegate(std::string_view path);  // the program was started by that path
Result<int> run_delegate(const std::string& path);

}  // namespace cni::kit
