// From environment and stdin to a PluginCall.
#pragma once

#include <string>

#include "cni/skel.h"

namespace cni {

// The variables: which are there, and whether they are well-formed. All that are missing are named in one error.
Result<PluginCall> read_environment();
// The configuration in `input`, its name and version, into `call`.
Result<void> read_config(PluginCall& call, std::string input);
// What it holds for this command, once the version is known to be good: prevResult, valid attachments.
Result<void> read_payload(PluginCall& call);

}  // namespace cni
