#include "runtime/packet/grid.h"

#include <algorithm>

#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

GridRow row_of(const Recording& recording, const Station& station) {
  if (station.layer == Layer::process) return GridRow::process;
  if (station.layer == Layer::ip) return GridRow::ip;
  const Link* link = find_link(recording, station.space, station.seen.link);
  return link != nullptr && link->kind == "bridge" ? GridRow::bridge : GridRow::link;
}

// Of a rule of iptables what it does; what it asks for before that is in the list.
std::string shortened(const std::string& what) {
  const std::size_t jump = what.find(" -j ");
  return jump == std::string::npos ? what : what.substr(jump + 4);
}

std::vector<std::string> lines_of_ip(const Recording& recording, const Leg& leg, std::size_t at) {
  std::vector<std::string> lines;
  std::string step;
  for (const IpLine& line : ip_lines(recording, leg, at, false)) {
    lines.push_back(padded(line.step == step ? "" : line.step, std::string_view("POSTROUTING").size()) + " " +
                    shortened(line.what));
    step = line.step;
  }
  return lines;
}

}  // namespace

const std::vector<GridBox>& Grid::cell(int space, GridRow row) const {
  static const std::vector<GridBox> kNone;
  const auto found = cells.find({space, row});
  return found == cells.end() ? kNone : found->second;
}

Grid grid_of(const Recording& recording, const Leg& leg) {
  Grid grid;
  for (std::size_t at = 0; at < leg.stations.size(); ++at) {
    const Station& station = leg.stations[at];
    if (std::find(grid.spaces.begin(), grid.spaces.end(), station.space) == grid.spaces.end())
      grid.spaces.push_back(station.space);
    auto& cell = grid.cells[{station.space, row_of(recording, station)}];
    const int link = station.layer == Layer::link ? station.seen.link : 0;
    const auto known =
        std::find_if(cell.begin(), cell.end(), [&](const GridBox& box) { return link != 0 && box.link == link; });
    GridBox& box = known != cell.end() ? *known : cell.emplace_back();
    box.stations.push_back(at);
    box.link = link;
    if (station.layer == Layer::process) {
      box.title = "process";
      box.lines = {station.says};
    } else if (station.layer == Layer::ip) {
      box.title = "IP";
      box.lines = lines_of_ip(recording, leg, at);
    } else {
      const Link* of = find_link(recording, station.space, link);
      box.title =
          link_name(recording, station.space, link) + (of != nullptr && of->kind == "bridge" ? " (bridge)" : "");
    }
  }
  return grid;
}

}  // namespace podrun::packet
