// What is measured: an operation of several contenders, in the same loop, one after another, so that whatever else the
// machine does strikes them alike.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "integration/bench/places.h"
#include "integration/bench/timing.h"

namespace bench {

struct Trial {
  std::string contender;
  Place place = Place::host;
  std::vector<Argv> set_up = {};  // once, before the first run
  std::vector<Argv> before = {};  // each run; only `timed` counts
  std::vector<Argv> timed = {};
  std::function<std::vector<Argv>()> find_timed = nullptr;  // what `timed` is, once it is set up; null: as it says
  std::vector<Argv> after = {};
  std::vector<Argv> tear_down = {};  // once
  // Asked between `timed` and `after`: time spent in programs that are not the contender's.
  std::function<Milliseconds()> not_its_own = nullptr;
};

struct Figures {
  Samples all;
  Samples own;  // less `not_its_own`; empty where there is no such
};

struct Loop {
  int runs = 30;
  Milliseconds quiet{0};  // slept before each run
};

// Figures in the order of the trials.
std::vector<Figures> measure(std::vector<Trial> trials, const Loop& loop, const Places& places);

}  // namespace bench
