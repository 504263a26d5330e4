#include "integration/cri/bench/plugin_times.h"

#include <fstream>

namespace cri_bench {

bench::Milliseconds plugin_time(const std::string& file, const std::string& pod, const std::string& command) {
  std::ifstream lines(file);
  std::chrono::nanoseconds sum{0};
  std::string of;
  std::string what;
  for (std::int64_t nanoseconds = 0; lines >> of >> what >> nanoseconds;)
    if (of == pod && what == command) sum += std::chrono::nanoseconds(nanoseconds);
  return sum;
}

}  // namespace cri_bench
