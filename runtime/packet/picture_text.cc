#include "runtime/packet/picture_text.h"

#include <algorithm>
#include <array>

#include "runtime/packet/grid.h"
#include "runtime/packet/picture_list.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

constexpr std::array kRows{GridRow::process, GridRow::ip, GridRow::bridge, GridRow::link};
constexpr std::size_t kMostColumns = 3;
constexpr const char* kBetweenBoxes = "  │ ";
constexpr const char* kBetweenColumns = "  ";

using TextBox = std::vector<std::string>;

// ① and so on; behind ⑳ plain.
std::string circled(std::size_t number) {
  constexpr std::size_t kCircles = 20;
  if (number > kCircles) return "(" + std::to_string(number) + ")";
  return {'\xe2', '\x91', static_cast<char>(0xa0 + number - 1)};  // U+2460 and on
}

std::string repeated(const std::string& one, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += one;
  return text;
}

std::size_t width_of_box(const TextBox& box) {
  std::size_t width = 0;
  for (const std::string& line : box) width = std::max(width, width_of(line));
  return width;
}

// Boxes beside each other, as lines of one width.
TextBox beside(const std::vector<TextBox>& boxes) {
  std::size_t height = 0;
  for (const TextBox& box : boxes) height = std::max(height, box.size());
  TextBox lines(height);
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    const std::size_t width = width_of_box(boxes[b]);
    for (std::size_t i = 0; i < height; ++i)
      lines[i] += (b == 0 ? "" : kBetweenBoxes) + padded(i < boxes[b].size() ? boxes[b][i] : "", width);
  }
  return lines;
}

class LegPicture {
 public:
  LegPicture(const Recording& recording, const Leg& leg) : recording_(recording), grid_(grid_of(recording, leg)) {}

  std::size_t columns() const { return grid_.spaces.size(); }

  TextBox lines() const {
    TextBox whole;
    for (const int space : grid_.spaces) {
      const TextBox one = column(space);
      whole.resize(std::max(whole.size(), one.size()));
      for (std::size_t i = 0; i < one.size(); ++i)
        whole[i] += (space == grid_.spaces.front() ? "" : kBetweenColumns) + one[i];
    }
    return whole;
  }

 private:
  TextBox cell_lines(int space, GridRow row) const {
    std::vector<TextBox> boxes;
    for (const GridBox& box : grid_.cell(space, row)) {
      std::string numbers;
      for (const std::size_t station : box.stations) numbers += circled(station + 1);
      TextBox& lines = boxes.emplace_back(TextBox{numbers + " " + box.title});
      lines.insert(lines.end(), box.lines.begin(), box.lines.end());
    }
    return beside(boxes);
  }

  std::size_t height_of(GridRow row) const {
    std::size_t height = 0;
    for (const int space : grid_.spaces) height = std::max(height, cell_lines(space, row).size());
    return height;
  }

  TextBox column(int space) const {
    const std::string name = space_name(recording_, space);
    TextBox inside;
    for (const GridRow row : kRows) {
      TextBox lines = cell_lines(space, row);
      lines.resize(height_of(row));
      inside.insert(inside.end(), lines.begin(), lines.end());
    }
    const std::size_t width = std::max(width_of_box(inside), width_of(name) + 2);
    TextBox framed{"┌ " + name + " " + repeated("─", width - width_of(name) - 2) + "┐"};
    for (const std::string& line : inside) framed.push_back("│" + padded(line, width) + "│");
    framed.push_back("└" + repeated("─", width) + "┘");
    return framed;
  }

  const Recording& recording_;
  Grid grid_;
};

// The addresses, where they change.
std::string address_lines(const Recording& recording, const Leg& leg) {
  std::string text;
  const Headers* before = nullptr;
  for (std::size_t i = 0; i < leg.stations.size(); ++i) {
    const Station& station = leg.stations[i];
    if (station.layer != Layer::link) continue;
    const auto changes =
        before == nullptr ? std::vector<std::string>{} : changes_between(*before, station.seen.headers, leg.forward);
    if (before == nullptr || !changes.empty())
      text += "from " + circled(i + 1) + "  " + flow_text(station.seen.headers) + "  " +
              (before == nullptr ? "ttl " + std::to_string(station.seen.headers.ttl) : joined_changes(changes)) + "  " +
              time_text(recording, station.seen) + "\n";
    before = &station.seen.headers;
  }
  return text;
}

// "SYN-ACK  pod web eth0 → host vethc8df6bf6, cni-podrun0 → pod client eth0 → connected  +312 µs"
std::string path_line(const Recording& recording, const Leg& leg) {
  std::string text = leg.name + " ";
  int space = -1;
  for (const Station& station : leg.stations) {
    if (station.layer == Layer::ip || (station.layer == Layer::process && leg.forward)) continue;
    const bool is_other = station.space != space;
    text += space == -1 ? " " : is_other || station.layer == Layer::process ? " → " : ", ";
    if (is_other) text += space_name(recording, station.space) + " ";
    text += station.layer == Layer::process ? station.says : link_name(recording, station.space, station.seen.link);
    space = station.space;
  }
  const auto last = std::find_if(leg.stations.rbegin(), leg.stations.rend(),
                                 [](const Station& station) { return station.layer == Layer::link; });
  if (last != leg.stations.rend()) text += "  " + time_text(recording, last->seen);
  const std::string end = end_text(recording, leg);
  return text + (end.empty() ? "" : "  (" + end + ")") + "\n";
}

}  // namespace

std::string text_of(const Recording& recording, const Journey& journey, std::optional<std::size_t> width) {
  if (journey.legs.empty()) return list_of(recording, journey, false);
  const LegPicture picture(recording, journey.legs.front());
  const TextBox lines = picture.lines();
  if (picture.columns() > kMostColumns || (width && width_of_box(lines) > *width))
    return list_of(recording, journey, false);
  std::string text = headline(recording) + "\n\n";
  for (const std::string& line : lines) text += line + "\n";
  text += address_lines(recording, journey.legs.front());
  if (const std::string end = end_text(recording, journey.legs.front()); !end.empty()) text += end + "\n";
  if (journey.legs.size() > 1) text += "\n";
  for (std::size_t i = 1; i < journey.legs.size(); ++i) text += path_line(recording, journey.legs[i]);
  return text + lines_below(recording);
}

}  // namespace podrun::packet
