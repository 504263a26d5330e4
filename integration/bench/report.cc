#include "integration/bench/report.h"

#include <array>
#include <cstdio>

#include "integration/bench/operations.h"

namespace bench {
namespace {

constexpr std::array kContenders{"podrun", "floor",         "crun",   "crun hardened", "nsenter",
                                 "runc",   "runc hardened", "podman", "cnitool"};

std::string text(const char* format, double number, double other = 0) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, number, other);
  return buffer.data();
}

template <class Cell>
void print_table(const std::vector<Row>& rows, const Cell& cell) {
  std::printf("%-34s", "");
  for (const char* contender : kContenders) std::printf(" %14s", contender);
  std::printf("\n");
  for (const Row& row : rows) {
    const std::string name = row.own ? "  less the plugins' own" : row.operation;
    std::printf("%-34s", (name + (row.quiet ? ", quiet" : ", tight")).c_str());
    for (const char* contender : kContenders) {
      const auto found = row.of.find(contender);
      std::printf(" %14s", found == row.of.end() ? "-" : cell(row, contender, found->second).c_str());
    }
    std::printf("\n");
  }
}

struct Target {
  const char* operation;
  const char* contender;
  double most;
};
constexpr std::array kTargets{Target{kCreate, "crun hardened", 0.6}, Target{kCreate, "floor", 6.0},
                              Target{kExec, "crun", 0.35},           Target{kExec, "crun hardened", 0.35},
                              Target{kExec, "nsenter", 1.0},         Target{kDelete, "crun", 0.4}};
// Milliseconds without the plugins' own time.
constexpr std::array kOwnTargets{Target{kCreateWithNetwork, "", 5.0}, Target{kCniAdd, "cnitool", 2.0},
                                 Target{kCniDel, "cnitool", 2.0}};

void print_target(const std::string& what, const std::string& is, const std::string& most, bool met) {
  std::printf("  %-48s %10s   at most %-8s %s\n", what.c_str(), is.c_str(), most.c_str(), met ? "met" : "MISSED");
}

}  // namespace

Row& Report::row(const std::string& operation, bool quiet, bool own) {
  for (Row& row : rows_)
    if (row.operation == operation && row.quiet == quiet && row.own == own) return row;
  return rows_.emplace_back(Row{operation, quiet, own, {}});
}

void Report::add(const std::string& operation, bool quiet, const std::vector<Trial>& trials,
                 const std::vector<Figures>& figures) {
  for (std::size_t i = 0; i < trials.size(); ++i) row(operation, quiet, false).of[trials[i].contender] = figures[i].all;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (!figures[i].own.empty()) row(operation, quiet, true).of[trials[i].contender] = figures[i].own;
}

void Report::print_medians() const {
  std::printf("\nMedian, milliseconds; in parentheses podrun's as a multiple of it\n\n");
  print_table(rows_, [](const Row& row, const std::string& contender, const Samples& samples) {
    const auto podrun = row.of.find("podrun");
    if (contender == "podrun" || podrun == row.of.end()) return text("%.2f", samples.median().count());
    return text("%.2f (%.2f)", samples.median().count(), podrun->second.median() / samples.median());
  });
}

void Report::print_spread() const {
  std::printf("\nMinimum and 90th percentile, milliseconds\n\n");
  print_table(rows_, [](const Row&, const std::string&, const Samples& samples) {
    return text("%.2f - %.2f", samples.min().count(), samples.p90().count());
  });
}

std::optional<Milliseconds> Report::tight(const std::string& operation, const std::string& contender, bool own) const {
  for (const Row& row : rows_)
    if (const auto found = row.of.find(contender);
        row.operation == operation && row.own == own && !row.quiet && found != row.of.end())
      return found->second.median();
  return std::nullopt;
}

void Report::print_targets() const {
  std::printf("\nTargets (medians of the tight loop)\n\n");
  const auto print_ratio = [](const std::string& what, Milliseconds ours, Milliseconds theirs, double most) {
    print_target(what, text("%.2f", ours / theirs), text("%.2f", most), ours / theirs <= most);
  };
  for (const Target& target : kTargets) {
    const auto ours = tight(target.operation, "podrun");
    const auto theirs = tight(target.operation, target.contender);
    if (ours && theirs)
      print_ratio(std::string(target.operation) + " / " + target.contender, *ours, *theirs, target.most);
  }
  for (const Target& target : kOwnTargets) {
    const auto ours = tight(target.operation, "podrun", true);
    if (!ours) continue;
    const std::string what = target.operation + std::string(", less the plugins' own");
    print_target(what, text("%.2f ms", ours->count()), text("%.0f ms", target.most), ours->count() <= target.most);
    if (const auto theirs = tight(target.operation, target.contender, true))
      print_ratio("  the same / " + std::string(target.contender), *ours, *theirs, 1.0);
  }
}

}  // namespace bench
