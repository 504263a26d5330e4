// How calls went, for Prometheus. Knows nothing of gRPC.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace podrun::cri {

class CallCounts {
 public:
  // Any thread. `call` as the CRI names it, `code` as gRPC does: both are of small sets.
  void add(const std::string& call, const std::string& code, std::chrono::nanoseconds took);

  // A histogram in Prometheus' text format, whose count is how many calls there were.
  std::string text() const;

 private:
  static constexpr std::array<double, 10> kBounds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60};  // seconds

  struct Histogram {
    std::array<std::uint64_t, kBounds.size()> within{};  // calls that took no longer than that bound
    std::uint64_t count = 0;
    double seconds = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Histogram> histograms_;
};

}  // namespace podrun::cri
