// Numbers that attachments have: one each, from 1 on, kept as files.
#pragma once

#include <optional>
#include <string>

#include "cni/skel.h"

namespace cni::kit {

// That of the attachment, or a free one that it has from now on.
Result<unsigned> lease(const std::string& plugin, const PluginCall& call);
Result<std::optional<unsigned>> find_lease(const std::string& plugin, const PluginCall& call);
Result<void> release(const std::string& plugin, const PluginCall& call);
// All but those that the call says are valid.
Result<void> release_stale(const std::string& plugin, const PluginCall& call);

}  // namespace cni::kit
