// The kernel's clocks, in nanoseconds.
#pragma once

#include <time.h>

#include <cstdint>

namespace podrun {

inline constexpr std::int64_t kSecond = 1'000'000'000;

inline std::int64_t time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

inline std::int64_t wall_time() { return time_of(CLOCK_REALTIME); }  // since the epoch; may be set
inline std::int64_t boot_time() { return time_of(CLOCK_BOOTTIME); }  // since the boot, sleep included; never set

}  // namespace podrun
