// A plugin that is watched: the world before and after its run, so that what it leaves has a maker. Also of plugins
// that another plugin has started: they find the links in CNI_PATH.
#pragma once

#include <string>
#include <string_view>

#include "cni/base/result.h"

namespace cni::kit {

// Whether the program was started by that path to watch.
bool is_watching(std::string_view path);
// Runs the plugin of that name, the first on CNI_PATH behind the links, with what we were given. Its exit status; where
// a signal has ended it, we end likewise.
Result<int> watch(const std::string& name);

}  // namespace cni::kit
