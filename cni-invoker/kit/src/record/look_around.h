// What a single run of a plugin can change: the network namespaces of the host and of the pod, and CNI's files.
#pragma once

#include "kit/src/world/world.h"

namespace cni::kit {

// `netns`: the pod's; empty: it has none. Processes, mounts and other files of the host are not looked at: on a machine
// that lives, they are others'.
World look_around(const std::string& netns);

// Those of the host's links that the configuration names anywhere, without bridges: a plugin makes the one it names.
std::vector<std::string> links_named(const World& world, const std::string& config);

}  // namespace cni::kit
