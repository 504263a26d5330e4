// What an ADD made, so that CHECK can tell what of it is no longer so.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cni/skel.h"
#include "kit/src/world/world.h"

namespace cni::kit::wrong {

// Which of the pod's things, and of the host's, are the plugin's own; keys whose values may change.
struct Interest {
  std::function<bool(const Thing&)> is_own;
  std::vector<std::string> may_change;
};

// The pod's are in "pod".
World own_world(const PluginCall& call, const Interest& interest);

// In the attachment's state file, with a text of the plugin's.
Result<void> remember(const PluginCall& call, const World& own, const std::string& text);
struct Memory {
  World own;
  std::string text;
};
Result<Memory> recall(const PluginCall& call);

// The first thing that is not as it was; empty: all is.
std::string first_change(const World& before, const World& now);

}  // namespace cni::kit::wrong
