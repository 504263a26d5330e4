// What is printed: one table of medians with the ratio of podrun to each contender, one of the spread, and the targets.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "integration/bench/trial.h"

namespace bench {

struct Row {
  std::string operation;
  bool quiet = false;
  bool own = false;                   // less the plugins' own time
  std::map<std::string, Samples> of;  // by contender
};

class Report {
 public:
  void add(const std::string& operation, bool quiet, const std::vector<Trial>& trials,
           const std::vector<Figures>& figures);
  void print_medians() const;
  void print_spread() const;  // minimum and 90th percentile
  void print_targets() const;

 private:
  Row& row(const std::string& operation, bool quiet, bool own);
  std::optional<Milliseconds> tight(const std::string& operation, const std::string& contender, bool own = false) const;

  std::vector<Row> rows_;
};

}  // namespace bench
