#include "runtime/packet/picture_text.h"

#include <algorithm>
#include <array>
#include <map>

#include "runtime/packet/picture_list.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

enum class PictureRow { process, ip, bridge, link };
constexpr std::array kPictureRows{PictureRow::process, PictureRow::ip, PictureRow::bridge, PictureRow::link};
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
  LegPicture(const Recording& recording, const Leg& leg) : recording_(recording), leg_(leg) {
    for (std::size_t i = 0; i < leg.stations.size(); ++i) {
      const int space = leg.stations[i].space;
      if (std::find(spaces_.begin(), spaces_.end(), space) == spaces_.end()) spaces_.push_back(space);
      add(i);
    }
  }

  std::size_t columns() const { return spaces_.size(); }

  TextBox lines() const {
    TextBox whole;
    for (const int space : spaces_) {
      const TextBox one = column(space);
      whole.resize(std::max(whole.size(), one.size()));
      for (std::size_t i = 0; i < one.size(); ++i)
        whole[i] += (space == spaces_.front() ? "" : kBetweenColumns) + one[i];
    }
    return whole;
  }

 private:
  struct Box {
    std::string numbers;
    std::string title;
    TextBox lines;
    int link = 0;  // 0: no link's
  };
  using Cell = std::vector<Box>;

  PictureRow row_of(const Station& station) const {
    if (station.layer == Layer::process) return PictureRow::process;
    if (station.layer == Layer::ip) return PictureRow::ip;
    const Link* link = find_link(recording_, station.space, station.seen.link);
    return link != nullptr && link->kind == "bridge" ? PictureRow::bridge : PictureRow::link;
  }

  // A link that the packet comes by twice is one box with two numbers.
  void add(std::size_t at) {
    const Station& station = leg_.stations[at];
    Cell& cell = cells_[{station.space, row_of(station)}];
    const int link = station.layer == Layer::link ? station.seen.link : 0;
    const auto known = std::find_if(cell.begin(), cell.end(), [&](const Box& box) { return link != 0 && box.link == link; });
    Box& box = known != cell.end() ? *known : cell.emplace_back();
    box.numbers += circled(at + 1);
    box.link = link;
    if (station.layer == Layer::process) {
      box.title = "process";
      box.lines = {station.says};
    } else if (station.layer == Layer::link) {
      const Link* of = find_link(recording_, station.space, link);
      box.title = link_name(recording_, station.space, link) + (of != nullptr && of->kind == "bridge" ? " (bridge)" : "");
    } else {
      box.title = "IP";
      box.lines = lines_of_ip(at);
    }
  }

  TextBox lines_of_ip(std::size_t at) const {
    TextBox lines;
    std::string step;
    for (const IpLine& line : ip_lines(recording_, leg_, at, false)) {
      lines.push_back(padded(line.step == step ? "" : line.step, std::string_view("POSTROUTING").size()) + " " +
                      shortened(line.what));
      step = line.step;
    }
    return lines;
  }

  // Of a rule of iptables what it does; what it asks for before that is in the list.
  static std::string shortened(const std::string& what) {
    const std::size_t jump = what.find(" -j ");
    return jump == std::string::npos ? what : what.substr(jump + 4);
  }

  TextBox cell_lines(int space, PictureRow row) const {
    const auto found = cells_.find({space, row});
    if (found == cells_.end()) return {};
    std::vector<TextBox> boxes;
    for (const Box& box : found->second) {
      TextBox& lines = boxes.emplace_back(TextBox{box.numbers + " " + box.title});
      lines.insert(lines.end(), box.lines.begin(), box.lines.end());
    }
    return beside(boxes);
  }

  std::size_t height_of(PictureRow row) const {
    std::size_t height = 0;
    for (const int space : spaces_) height = std::max(height, cell_lines(space, row).size());
    return height;
  }

  TextBox column(int space) const {
    const std::string name = space_name(recording_, space);
    TextBox inside;
    for (const PictureRow row : kPictureRows) {
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
  const Leg& leg_;
  std::vector<int> spaces_;
  std::map<std::pair<int, PictureRow>, Cell> cells_;
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
