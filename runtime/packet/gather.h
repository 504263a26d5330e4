// The evidence of a packet that was followed: what the places say that it was at, or had to come to.
#pragma once

#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// Fills Recording::evidence; what cannot be asked is a line of Recording::missing. Nothing is sent or changed. What
// connection tracking remembers is read for UDP alone, and rules that no trace tells of where there was no answer.
void gather(const std::vector<OpenSpace>& spaces, Recording& recording);

}  // namespace podrun::packet
