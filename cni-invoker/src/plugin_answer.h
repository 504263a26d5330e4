// What a plugin's exit, stdout and stderr mean. Spec section 2 ("success or failure") and section 5 ("Error").
#pragma once

#include <string>

#include "cni/error.h"
#include "cni/result.h"
#include "cni/runner.h"

namespace cni {

// What is known of a run that failed, whatever the plugin printed.
PluginFailure failure_of(const std::string& operation, const std::string& plugin, const RunOutcome& outcome);

// The result of an ADD that exited with 0; without cniVersion it is of `version`. Kind::plugin, with a PluginFailure,
// for anything that is no result, the error object of a plugin that forgot to exit with 1 included.
Result<NetworkResult> result_of_add(const std::string& plugin, const Version& version, const RunOutcome& outcome);

// The answer to VERSION; also of plugins so old that they do not know the command.
Result<std::vector<std::string>> versions_of(const std::string& plugin, const RunOutcome& outcome);

}  // namespace cni
