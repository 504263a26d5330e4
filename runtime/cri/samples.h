// What is looked at now and then, since it takes its time or needs two looks: rates of processor time, and the disk
// that writable layers take.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "runtime/cri/backend.h"

namespace podrun::cri {

struct DiskSample {
  std::int64_t at = 0;  // nanoseconds since the epoch
  std::uint64_t bytes = 0, inodes = 0;
};

class Samples {
 public:
  // By a thread of its own, until the destructor.
  explicit Samples(const Backend& backend);
  ~Samples();
  Samples(const Samples&) = delete;
  Samples& operator=(const Samples&) = delete;

  // Billionths of a processor, of what has used `usage` nanoseconds of processor time at `at` (CLOCK_BOOTTIME). Empty
  // where it has not been looked at before. `who`: an id.
  std::optional<std::uint64_t> rate(const std::string& who, std::int64_t at, std::uint64_t usage);
  // Of a container's writable layer; looks by itself where nobody has.
  DiskSample disk(const SeenContainer& container);

 private:
  struct Cpu {
    std::int64_t at = 0;
    std::uint64_t usage = 0;
    std::optional<std::uint64_t> rate;
  };
  void run();
  void look();

  const Backend& backend_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool is_over_ = false;
  std::map<std::string, Cpu> cpu_;
  std::map<std::string, DiskSample> disk_;
  std::thread thread_;
};

}  // namespace podrun::cri
