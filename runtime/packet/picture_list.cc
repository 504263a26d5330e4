#include "runtime/packet/picture_list.h"

#include <algorithm>
#include <array>

#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

constexpr std::size_t kColumns = 4;  // number, namespace, place, direction; then what there is to say
using ListRow = std::array<std::string, kColumns + 1>;

std::string direction_text(const Sighting& seen) { return seen.direction == Direction::out ? "out" : "in"; }

class LegList {
 public:
  LegList(const Recording& recording, const Leg& leg, bool wide) : recording_(recording), leg_(leg), wide_(wide) {
    for (std::size_t i = 0; i < leg.stations.size(); ++i) add(i);
  }

  std::string text() const {
    std::array<std::size_t, kColumns> widths{};
    for (const ListRow& row : rows_)
      for (std::size_t i = 0; i < kColumns; ++i) widths.at(i) = std::max(widths.at(i), width_of(row.at(i)));
    std::string text = leg_.name + "\n";
    for (const ListRow& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < kColumns; ++i) line += "  " + padded(row.at(i), widths.at(i));
      line += "  " + row.back();
      line.resize(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    for (const Sighting& copy : leg_.aside)
      if (copy.direction != Direction::out)
        text += "     a copy for another MAC ends at " + space_name(recording_, copy.space) + " " +
                link_name(recording_, copy.space, copy.link) + "\n";
    const std::string end = end_text(recording_, leg_);
    return end.empty() ? text : text + "     " + end + "\n";
  }

 private:
  void add(std::size_t at) {
    const Station& station = leg_.stations[at];
    const std::string number = std::to_string(at + 1);
    const std::string space = space_name(recording_, station.space);
    if (station.layer == Layer::process) rows_.push_back({number, space, "process", "", station.says});
    if (station.layer == Layer::link)
      rows_.push_back({number, space, link_text(recording_, station.space, station.seen.link),
                       direction_text(station.seen), seen_text(station.seen)});
    if (station.layer == Layer::ip) add_ip(at, number, space);
  }

  void add_ip(std::size_t at, const std::string& number, const std::string& space) {
    const auto lines = ip_lines(recording_, leg_, at, wide_);
    if (lines.empty()) rows_.push_back({number, space, "IP", "", ""});
    std::string step;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string shown = lines[i].step == step ? "" : lines[i].step;
      step = lines[i].step;
      rows_.push_back({i == 0 ? number : "", i == 0 ? space : "", i == 0 ? "IP" : "", "",
                       padded(shown, std::string_view("POSTROUTING").size()) + "  " + lines[i].what});
    }
  }

  std::string seen_text(const Sighting& seen) {
    std::string text;
    const auto add = [&](const std::string& more) { text += (text.empty() || more.empty() ? "" : "  ") + more; };
    const bool is_first = before_ == nullptr;
    const auto changes = is_first ? std::vector<std::string>{} : changes_between(*before_, seen.headers, leg_.forward);
    if (wide_ || is_first || before_->flow != seen.headers.flow) add(flow_text(seen.headers));
    if (wide_ || is_first) add("ttl " + std::to_string(seen.headers.ttl));
    add(joined_changes(changes));
    if (wide_ && !seen.from_mac.empty()) add(seen.from_mac + " → " + seen.to_mac);
    add(time_text(recording_, seen));
    before_ = &seen.headers;
    return text;
  }

  const Recording& recording_;
  const Leg& leg_;
  bool wide_;
  const Headers* before_ = nullptr;
  std::vector<ListRow> rows_;
};

}  // namespace

std::string list_of_legs(const Recording& recording, const Journey& journey, bool wide) {
  std::string text;
  for (const Leg& leg : journey.legs) text += (text.empty() ? "" : "\n") + LegList(recording, leg, wide).text();
  return text;
}

std::string list_of(const Recording& recording, const Journey& journey, bool wide) {
  std::string text = headline(recording) + "\n";
  if (!journey.legs.empty()) text += "\n" + list_of_legs(recording, journey, wide);
  const std::string below = lines_below(recording);
  return below.empty() ? text : text + "\n" + below;
}

}  // namespace podrun::packet
