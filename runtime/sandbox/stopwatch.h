// The record's `timings`: where a create spent its time.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "runtime/model/record.h"

namespace podrun {

class Stopwatch {
 public:
  explicit Stopwatch(std::vector<Timing>& timings) : timings_(timings) {}

  // What has just ended took since the last lap.
  void lap(std::string step) {
    const auto now = Clock::now();
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(now - last_).count();
    timings_.push_back({std::move(step), static_cast<std::uint64_t>(spent)});
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<Timing>& timings_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace podrun
