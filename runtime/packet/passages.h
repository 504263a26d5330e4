// What nftables traced, put together: the events of one packet in one base chain are a Passage.
#pragma once

#include <vector>

#include "runtime/packet/journey.h"
#include "runtime/packet/legs.h"

namespace podrun::packet {

struct LegPassage {
  LegName leg;
  int space = 0;
  Passage passage;
};

// Those of one namespace in the order in which they came.
std::vector<LegPassage> passages_of(const Recording& recording, const Legs& legs);

}  // namespace podrun::packet
