// Things and their states as differences (world.h) tell them.
#pragma once

#include <string>

#include "kit/src/world/world.h"

namespace cni::kit {

// "type veth mtu 1500"
std::string text_of(const State& state);
// Whether a line of a difference, without its first word, tells of the thing of that area, name and place.
bool is_about(const std::string& line, const std::string& area, const std::string& name, const std::string& where);

}  // namespace cni::kit
