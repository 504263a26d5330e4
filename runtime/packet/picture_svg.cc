#include "runtime/packet/picture_svg.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/printable.h"
#include "runtime/packet/grid.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

constexpr std::array kSvgRows{GridRow::process, GridRow::ip, GridRow::bridge, GridRow::link};

// In pixels. The letters are as wide as most fixed fonts have them at this size.
constexpr int kLetter = 8;
constexpr int kLine = 17;
constexpr int kPad = 9;      // within a box
constexpr int kGap = 14;     // between boxes, rows, columns
constexpr int kLane = 22;    // at both sides of a column, for the line
constexpr int kTitle = 30;   // the name of a column
constexpr int kNumber = 18;  // room for the number of a station

struct Point {
  int x = 0;
  int y = 0;
};

struct Place {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  int column = 0;
  std::size_t row = 0;
  Point middle() const { return {x + width / 2, y + height / 2}; }
};

int width_of_grid_box(const GridBox& box) {
  std::size_t letters = width_of(box.title);
  for (const std::string& line : box.lines) letters = std::max(letters, width_of(line));
  const int first = static_cast<int>(width_of(box.title)) * kLetter + static_cast<int>(box.stations.size()) * kNumber;
  return std::max(static_cast<int>(letters) * kLetter, first) + 2 * kPad;
}

int height_of_grid_box(const GridBox& box) { return static_cast<int>(box.lines.size() + 1) * kLine + 2 * kPad - 4; }

std::string number(const char* name, int value) {
  return " " + std::string(name) + "=\"" + std::to_string(value) + "\"";
}

std::string text_at(int x, int y, const std::string& text, const char* kind = "t") {
  return "<text class=\"" + std::string(kind) + "\"" + number("x", x) + number("y", y) + ">" + xml_escaped(text) +
         "</text>\n";
}

class SvgPicture {
 public:
  SvgPicture(const Recording& recording, const Leg& leg)
      : recording_(recording), leg_(leg), grid_(grid_of(recording, leg)) {
    lay_out();
  }

  std::string text(std::string_view id, bool moves) const {
    const std::string path_id = xml_escaped(std::string(id) + "-way");
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + std::to_string(width_) + " " +
                      std::to_string(height_) + "\"" + number("width", width_) + number("height", height_) +
                      " font-family=\"monospace\" font-size=\"13\" role=\"img\">\n<title>" +
                      xml_escaped(leg_.name + ": " + headline(recording_)) + "</title>\n" + style();
    for (const Column& column : columns_)
      svg += "<rect class=\"space\"" + number("x", column.x) + number("y", 1) + number("width", column.width) +
             number("height", height_ - 2) + " rx=\"8\"/>\n" + text_at(column.x + kPad, 20, column.name, "name");
    svg += "<path class=\"way\" id=\"" + path_id + "\" d=\"" + way() + "\"/>\n";
    for (const auto& [key, cell] : grid_.cells)
      for (const GridBox& box : cell) svg += drawn(box);
    if (moves)
      svg += "<circle class=\"packet\" r=\"6\"><animateMotion dur=\"" + std::to_string(leg_.stations.size()) +
             "s\" repeatCount=\"indefinite\"><mpath href=\"#" + path_id + "\"/></animateMotion></circle>\n";
    return svg + "</svg>\n";
  }

 private:
  struct Column {
    std::string name;
    int x = 0;
    int width = 0;
  };

  static std::string style() {
    return "<style>.space{fill:#f6f8fa;stroke:#8b949e}.box{fill:#fff;stroke:#57606a}.t{fill:#24292f;white-space:pre}"
           ".name{fill:#24292f;font-weight:bold}.way{fill:none;stroke:#0969da;stroke-width:2;stroke-linejoin:round}"
           ".n{fill:#0969da}.k{fill:#fff;font-size:10px;text-anchor:middle}.packet{fill:#cf222e}</style>\n";
  }

  int width_of_row(int space, GridRow row) const {
    int width = 0;
    for (const GridBox& box : grid_.cell(space, row)) width += width_of_grid_box(box) + (width == 0 ? 0 : kGap);
    return width;
  }

  void lay_out() {
    int x = 1;
    for (const int space : grid_.spaces) {
      Column column{space_name(recording_, space), x, 0};
      column.width = static_cast<int>(width_of(column.name)) * kLetter + 2 * kPad;
      for (const GridRow row : kSvgRows) column.width = std::max(column.width, width_of_row(space, row) + 2 * kLane);
      x += column.width + kGap;
      columns_.push_back(column);
    }
    width_ = std::max(x - kGap + 1, 2);
    int y = kTitle;
    for (std::size_t row = 0; row < kSvgRows.size(); ++row) y = lay_out_row(row, y);
    height_ = y + 2;
  }

  // Boxes of a row begin on one height; the last of several stands at the right, where the line comes down.
  int lay_out_row(std::size_t row, int y) {
    int height = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const auto& cell = grid_.cell(grid_.spaces[c], kSvgRows.at(row));
      int x = columns_[c].x + kLane;
      for (std::size_t b = 0; b < cell.size(); ++b) {
        Place place{x, y, width_of_grid_box(cell[b]), height_of_grid_box(cell[b]), static_cast<int>(c), row};
        if (b > 0 && b + 1 == cell.size()) place.x = columns_[c].x + columns_[c].width - kLane - place.width;
        for (const std::size_t station : cell[b].stations) places_[station] = place;
        x += place.width + kGap;
        height = std::max(height, place.height);
      }
    }
    return height == 0 ? y : y + height + kGap;
  }

  std::string drawn(const GridBox& box) const {
    const Place& place = places_.at(box.stations.front());
    std::string text = "<rect class=\"box\"" + number("x", place.x) + number("y", place.y) +
                       number("width", place.width) + number("height", place.height) + " rx=\"4\"/>\n";
    int x = place.x + kPad;
    const int y = place.y + kLine + 2;
    for (const std::size_t station : box.stations) {
      text += "<circle class=\"n\"" + number("cx", x + 6) + number("cy", y - 5) + " r=\"8\"/>" +
              text_at(x + 6, y - 1, std::to_string(station + 1), "k");
      x += kNumber;
    }
    text += text_at(x, y, box.title);
    for (std::size_t i = 0; i < box.lines.size(); ++i)
      text += text_at(place.x + kPad, y + static_cast<int>(i + 1) * kLine, box.lines[i]);
    return text;
  }

  // From station to station: up in the left lane of a column, down in its right one; from column to column straight.
  std::string way() const {
    std::string d;
    const auto go = [&](Point to) {
      d += (d.empty() ? "M" : " L") + std::to_string(to.x) + " " + std::to_string(to.y);
    };
    for (std::size_t i = 0; i < leg_.stations.size(); ++i) {
      const Place& here = places_.at(i);
      if (i > 0 && places_.at(i - 1).column == here.column && places_.at(i - 1).row != here.row) {
        const Place& before = places_.at(i - 1);
        const Column& column = columns_[static_cast<std::size_t>(here.column)];
        const int lane = before.row > here.row ? column.x + kLane / 2 : column.x + column.width - kLane / 2;
        go({lane, before.middle().y});
        go({lane, here.middle().y});
      }
      go(here.middle());
    }
    return d;
  }

  const Recording& recording_;
  const Leg& leg_;
  Grid grid_;
  std::vector<Column> columns_;
  std::map<std::size_t, Place> places_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace

std::string svg_of(const Recording& recording, const Leg& leg, std::string_view id, bool moves) {
  return SvgPicture(recording, leg).text(id, moves);
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : base::printable(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace podrun::packet
