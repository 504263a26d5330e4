// The runs of a check that failed, as recordings: `podrun cni replay` runs each again.
#pragma once

#include "cni/kit.h"

namespace cni::kit {

// Into DIR/podrun-kit-PLUGIN-CHECK-VERSION, made anew, in their order: "01-ADD-bridge.json". Its path.
Result<std::string> keep_runs(const CheckResult& result, const std::string& dir);

}  // namespace cni::kit
