// A plugin that is watched: the world before and after its run, so that what it leaves has a maker. Also of plugins
// that another plugin has started: they find the links in CNI_PATH.
#pragma once

#include <string>
#include <string_view>

#include "cni/base/result.h"

namespace cni::kit {

// Whether the program was started by that path to watch.
bool is_watching(std::string_view path);
// Runs the plugin that we stand for by that path (behind.h), and ends as it does.
Result<int> watch(const std::string& path);

}  // namespace cni::kit
