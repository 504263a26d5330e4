#include "kit/src/report/waterfall.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

namespace cni::kit {
namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;

// Of the drawing, in its units.
constexpr int kWaterfallWidth = 960, kLabels = 190, kPlot = 660, kBarHeight = 22, kFirstBar = 26;
constexpr std::size_t kMostRows = 60;

std::string milliseconds_text(microseconds time) {
  std::array<char, 32> text{};
  const double value = static_cast<double>(time.count()) / 1000;
  std::snprintf(text.data(), text.size(), value < 10 ? "%.1f ms" : "%.0f ms", value);
  return text.data();
}

int scaled(microseconds time, microseconds whole, int width) {
  return static_cast<int>(time.count() * width / std::max<microseconds::rep>(whole.count(), 1));
}

// The value at or below which `percent` of them lie; `sorted` is not empty.
microseconds percentile(const std::vector<microseconds>& sorted, std::size_t percent) {
  return sorted[(sorted.size() * percent + 99) / 100 - 1];
}

}  // namespace

Json waterfall(const std::vector<SeenRun>& runs) {
  if (runs.empty()) return nullptr;
  std::vector<const SeenRun*> shown;
  for (std::size_t i = 0; i < runs.size() && i < kMostRows; ++i) shown.push_back(&runs[i]);
  std::stable_sort(shown.begin(), shown.end(), [](const SeenRun* a, const SeenRun* b) { return a->begin < b->begin; });
  const microseconds zero = shown.front()->begin;
  microseconds whole{1};
  for (const SeenRun* run : shown) whole = std::max(whole, run->begin + run->duration - zero);
  Json rows = Json::array(), ticks = Json::array();
  int y = kFirstBar;
  for (const SeenRun* run : shown) {
    const int x = kLabels + scaled(run->begin - zero, whole, kPlot), width = scaled(run->duration, whole, kPlot);
    rows.push_back({{"y", y},
                    {"text_y", y + 15},
                    {"bar_y", y + 4},
                    {"x", x},
                    {"width", std::max(width, 2)},
                    {"time_x", x + std::max(width, 2) + 6},
                    {"label", (run->delegated ? "↳ " : "") + run->command + " " + run->plugin},
                    {"time", milliseconds_text(run->duration)},
                    {"end", run->end},
                    {"class", run->end == "exit 0" ? "ran" : "erred"}});
    y += kBarHeight;
  }
  for (int i = 0; i <= 4; ++i)
    ticks.push_back({{"x", kLabels + kPlot * i / 4}, {"text", milliseconds_text(whole * i / 4)}, {"bottom", y + 4}});
  return {{"rows", rows},
          {"ticks", ticks},
          {"width", kWaterfallWidth},
          {"height", y + 8},
          {"more", runs.size() > shown.size() ? std::to_string(runs.size() - shown.size()) : ""}};
}

const CheckResult* most_telling(const Report& report) {
  constexpr std::size_t kMost = 24;
  const CheckResult* best = nullptr;
  std::size_t most = 0;
  for (const CheckResult& result : report.results) {
    if (result.runs.empty() || result.runs.size() > kMost) continue;
    std::set<std::string> different;
    for (const SeenRun& run : result.runs)
      if (run.end == "exit 0") different.insert(run.plugin + " " + run.command);
    if (different.size() < most || different.empty()) continue;  // of equals the one in the newest version
    most = different.size();
    best = &result;
  }
  return best;
}

Json latencies(const Report& report) {
  std::map<std::pair<std::string, std::string>, std::vector<microseconds>> taken;
  for (const CheckResult& result : report.results)
    for (const SeenRun& run : result.runs)
      if (run.end == "exit 0" && run.command != "VERSION") taken[{run.plugin, run.command}].push_back(run.duration);
  microseconds slowest{1};
  for (auto& [what, times] : taken) {
    std::sort(times.begin(), times.end());
    slowest = std::max(slowest, percentile(times, 95));
  }
  std::vector<std::pair<microseconds, Json>> rows;
  for (const auto& [what, times] : taken) {
    const microseconds median = percentile(times, 50), p95 = percentile(times, 95);
    rows.emplace_back(median, Json{{"plugin", what.first},
                                   {"command", what.second},
                                   {"runs", times.size()},
                                   {"median", milliseconds_text(median)},
                                   {"p95", milliseconds_text(p95)},
                                   {"longest", milliseconds_text(times.back())},
                                   {"median_width", scaled(median, slowest, 100)},
                                   {"p95_width", scaled(p95, slowest, 100)}});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  Json sorted = Json::array();
  for (auto& [median, row] : rows) sorted.push_back(std::move(row));
  return sorted;
}

}  // namespace cni::kit
