// Where stations stand in a picture: a column a namespace, in the order in which the leg comes to it, and in it a row a
// layer. Who draws it adds sizes. A link that the packet comes by twice is one box.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/packet/journey.h"

namespace podrun::packet {

enum class GridRow { process, ip, bridge, link };  // from above

struct GridBox {
  std::vector<std::size_t> stations;  // from 0, in the leg
  int link = 0;                       // 0: no link's
  std::string title;                  // "eth0", "br0 (bridge)", "IP", "process"
  std::vector<std::string> lines;     // "FORWARD     ACCEPT"
};

struct Grid {
  std::vector<int> spaces;  // the columns
  std::map<std::pair<int, GridRow>, std::vector<GridBox>> cells;

  const std::vector<GridBox>& cell(int space, GridRow row) const;  // empty where there is none
};

Grid grid_of(const Recording& recording, const Leg& leg);

}  // namespace podrun::packet
