// Which versions plugins implement, and what follows for a network that wants another.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cni/invoker.h"

namespace cni {

// VERSION of the plugin in `dirs`.
Result<PluginVersions> ask_versions(Runner& runner, const InvokerOptions& options, const CallOptions& call,
                                    const std::string& plugin, const std::vector<std::string>& dirs);

// The highest that we and all of them implement; nullopt: there is none.
std::optional<Version> highest_common(const std::vector<PluginVersions>& plugins);

// The plugin answered "incompatible version" (code 1).
bool refuses_version(const Error& error);

}  // namespace cni
