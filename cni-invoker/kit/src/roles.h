// What can be told of plugins only by trying: what one is meant for, and whether this kernel has what it makes.
#pragma once

#include "kit/src/subject.h"

namespace cni::kit {

// In a host of its own. An ADD by itself that answers with addresses, and with no interface: IPAM. One that fails by
// itself and not after kit-first: chained. Else an interface plugin.
Result<Role> find_role(const PluginUnderTest& plugin, const Subject& subject);

// What the kernel has not of the kinds of links that the plugins of the subject make; "" where nothing is missing.
Result<std::string> lacking_here(const Subject& subject);

// The kit's own plugin that makes an interface for others.
PluginUnderTest kit_first_plugin();

}  // namespace cni::kit
