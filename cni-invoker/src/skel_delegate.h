#pragma once

#include <string>

#include "cni/runner.h"
#include "cni/skel.h"

namespace cni {

// Runs another plugin; the outcome is one that succeeded. Its stderr has gone to ours either way.
Result<RunOutcome> delegate_output(const PluginCall& call, const std::string& type, const std::string& command);

}  // namespace cni
