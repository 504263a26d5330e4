// The order that --sort-by gives pods.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/live_pod.h"

namespace podrun::cli {

// By the value at a JSON path, such as .metadata.creationTimestamp; numbers within text by their size, so that web-2
// comes before web-10. Pods without it come first. Kind::invalid: no path.
Result<void> sort_by(std::vector<LivePod>& pods, const std::string& path);

// "web-2" < "web-10"
bool comes_before(std::string_view a, std::string_view b);

}  // namespace podrun::cli
