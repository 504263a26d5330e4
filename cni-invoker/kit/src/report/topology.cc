#include "kit/src/report/topology.h"

#include <algorithm>
#include <cmath>

#include "kit/src/report/findings.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

// Of the drawing, in its units.
constexpr int kTopologyWidth = 960, kBoxWidth = 170, kBoxHeight = 48, kRowHeight = 104, kFirstRow = 56;
constexpr std::size_t kMostName = 16;       // bytes that fit into a box
constexpr int kColumns[] = {64, 395, 726};  // left edges

struct NamedPlace {
  std::string name;
  std::size_t column = 0;
  int y = 0;
  int left() const { return kColumns[column]; }
  int middle_y() const { return y + kBoxHeight / 2; }
};

struct Line {
  std::size_t from = 0, to = 0;
  std::size_t tried = 0, right = 0;
  const SeenPath* wrong = nullptr;  // the first that is
  bool stopped = false;             // all of them are meant to be
};

std::size_t column_of(const std::string& name) {
  if (name.starts_with("pod")) return 0;
  return name.starts_with("host") ? 1 : 2;
}

class Drawing {
 public:
  explicit Drawing(const std::vector<Way>& ways) {
    for (const Way& way : ways) {
      place(way.path->from);
      place(way.path->to);
    }
    std::stable_sort(places_.begin(), places_.end(),
                     [](const NamedPlace& a, const NamedPlace& b) { return a.name < b.name; });
    std::size_t tallest = 1;
    for (std::size_t column = 0; column < std::size(kColumns); ++column) tallest = std::max(tallest, in(column));
    height_ = kFirstRow * 2 + kBoxHeight + static_cast<int>(tallest - 1) * kRowHeight;
    for (std::size_t column = 0; column < std::size(kColumns); ++column) {
      int y = (height_ - kBoxHeight - (static_cast<int>(in(column)) - 1) * kRowHeight) / 2;
      for (NamedPlace& place : places_)
        if (place.column == column) {
          place.y = y;
          y += kRowHeight;
        }
    }
    for (const Way& way : ways) count(way);
    // What went wrong lies above the rest.
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) { return !a.wrong && b.wrong; });
  }

  Json json() const {
    Json boxes = Json::array(), lines = Json::array();
    for (const NamedPlace& place : places_)
      boxes.push_back({{"x", place.left()},
                       {"y", place.y},
                       {"box_width", kBoxWidth},
                       {"box_height", kBoxHeight},
                       {"text_x", place.left() + kBoxWidth / 2},
                       {"text_y", place.middle_y() + 5},
                       {"name", place.name.size() > kMostName ? place.name.substr(0, kMostName) + "…" : place.name}});
    for (const Line& one : lines_) lines.push_back(drawn(one));
    return {{"width", kTopologyWidth}, {"height", height_}, {"boxes", boxes}, {"lines", lines}};
  }

 private:
  void place(const std::string& name) {
    if (find(name) == places_.size()) places_.push_back({name, column_of(name), 0});
  }
  std::size_t find(const std::string& name) const {
    return static_cast<std::size_t>(
        std::find_if(places_.begin(), places_.end(), [&](const NamedPlace& place) { return place.name == name; }) -
        places_.begin());
  }
  std::size_t in(std::size_t column) const {
    return static_cast<std::size_t>(
        std::count_if(places_.begin(), places_.end(), [&](const NamedPlace& place) { return place.column == column; }));
  }

  void count(const Way& way) {
    const std::size_t from = find(way.path->from), to = find(way.path->to);
    auto line =
        std::find_if(lines_.begin(), lines_.end(), [&](const Line& one) { return one.from == from && one.to == to; });
    if (line == lines_.end()) line = lines_.insert(lines_.end(), {from, to, 0, 0, nullptr, true});
    ++line->tried;
    if (way.path->expected) line->stopped = false;
    if (!way.wrong)
      ++line->right;
    else if (!line->wrong)
      line->wrong = way.path;
  }

  // A curve from edge to edge; there and back lie beside each other, and what stays in a column goes around its boxes.
  Json drawn(const Line& way) const {
    const NamedPlace& from = places_[way.from];
    const NamedPlace& to = places_[way.to];
    double x1, x2, c1, c2, y1 = from.middle_y(), y2 = to.middle_y();
    if (from.column == to.column) {
      const int side = from.column == 2 ? from.left() + kBoxWidth : from.left();
      const double out = (from.column == 2 ? 1 : -1) * (way.from == way.to ? 56.0 : 34.0);
      x1 = x2 = side;
      c1 = c2 = side + out;
      y1 += way.from < way.to ? 8 : -8;
      y2 += way.from <= way.to ? -8 : 8;
      if (way.from == way.to) y1 = from.middle_y() + 14, y2 = from.middle_y() - 14;
    } else {
      const bool rightwards = from.column < to.column;
      x1 = from.left() + (rightwards ? kBoxWidth : 0);
      x2 = to.left() + (rightwards ? 0 : kBoxWidth);
      c1 = x1 + (x2 - x1) * 0.45;
      c2 = x1 + (x2 - x1) * 0.55;
      y1 += rightwards ? -9 : 9;
      y2 += rightwards ? -9 : 9;
      // Past the column between: over or below its boxes.
      if (from.column + to.column == 2 && from.column != 1) {
        const double detour = (rightwards ? -1 : 1) * (kBoxHeight + 14.0);
        return curve(way, x1, y1, c1, y1 + detour, c2, y2 + detour, x2, y2);
      }
    }
    return curve(way, x1, y1, c1, y1, c2, y2, x2, y2);
  }

  Json curve(const Line& way, double x1, double y1, double cx1, double cy1, double cx2, double cy2, double x2,
             double y2) const {
    const auto n = [](double value) { return std::to_string(std::lround(value)); };
    const std::string d = "M" + n(x1) + " " + n(y1) + " C" + n(cx1) + " " + n(cy1) + " " + n(cx2) + " " + n(cy2) + " " +
                          n(x2) + " " + n(y2);
    const double middle_x = (x1 + 3 * cx1 + 3 * cx2 + x2) / 8, middle_y = (y1 + 3 * cy1 + 3 * cy2 + y2) / 8;
    std::string says = std::to_string(way.right) + " of " + std::to_string(way.tried) + " as expected";
    if (way.wrong)
      says += "; " + way.wrong->what + (way.wrong->arrived ? " arrived, from " + way.wrong->peer : " did not arrive");
    return {{"d", d},
            {"class", way.wrong     ? "wrong"
                      : way.stopped ? "stopped"
                                    : "right"},
            {"mark", way.wrong     ? "✗"
                     : way.stopped ? "⊘"
                                   : ""},
            {"mark_x", n(middle_x)},
            {"mark_y", n(middle_y)},
            {"text_y", n(middle_y + 5)},
            {"says", shortened(places_[way.from].name + " → " + places_[way.to].name + ": " + says, 300)}};
  }

  std::vector<NamedPlace> places_;
  std::vector<Line> lines_;
  int height_ = 0;
};

}  // namespace

std::vector<Way> ways_of(const CheckResult& result) {
  std::vector<Way> ways;
  bool any = false;
  for (const SeenPath& path : result.paths) {
    ways.push_back({&path, path.arrived != path.expected});
    any |= ways.back().wrong;
  }
  if (result.outcome == Outcome::failed && !any && !ways.empty()) ways.back().wrong = true;
  return ways;
}

Json topology(const std::vector<Way>& ways) { return ways.empty() ? Json() : Drawing(ways).json(); }

}  // namespace cni::kit
