// What a plugin is given: its configuration on stdin (spec section 3, "Deriving request configuration from plugin
// configuration") and its environment (spec section 2, "Parameters").
#pragma once

#include <string>

#include "cni/attachment.h"
#include "cni/config.h"
#include "cni/runner.h"

namespace cni {

struct TraceContext;
struct ValidAttachment;

// For ADD, CHECK and DEL. `previous_result` is JSON in the network's version; empty: none.
std::string attachment_request(const NetworkList& network, const PluginConfig& plugin, const Attachment& attachment,
                               const std::string& previous_result, bool keep_capabilities_key);
// For STATUS and GC: name and version put in, what is reserved taken out.
JsonObject network_request(const NetworkList& network, const PluginConfig& plugin);

// For operations on no container: all its parameters are empty.
Attachment no_attachment();

// The process's own environment with ours in place of any CNI_ and trace variables in it, and with the directories of
// system programs (/usr/local/sbin, /usr/sbin, /sbin) at the end of PATH where they are not in it.
Environment plugin_environment(const std::string& operation, const Attachment& attachment,
                               const std::vector<std::string>& dirs, const TraceContext& trace);

}  // namespace cni
