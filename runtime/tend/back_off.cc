#include "runtime/tend/back_off.h"

#include <algorithm>

#include "runtime/kernel/clock.h"

namespace podrun::tend {
namespace {

constexpr std::int64_t kFirst = 10 * kSecond;
constexpr std::int64_t kLongest = 300 * kSecond;
constexpr std::int64_t kStable = 600 * kSecond;

bool ran_long(const ContainerRecord& ended, const ContainerStatus& status) {
  return status.exit && !status.exit->start_failed && ended.life.started_at != 0 &&
         status.exit->finished_at - ended.life.started_at > kStable;
}

}  // namespace

std::int64_t back_off_after(const ContainerRecord& ended, const ContainerStatus& status) {
  return ran_long(ended, status) ? 0 : ended.life.back_off;
}

std::int64_t back_off_of_next(const ContainerRecord& ended, const ContainerStatus& status) {
  const std::int64_t waited = back_off_after(ended, status);
  return waited == 0 ? kFirst : std::min(waited * 2, kLongest);
}

}  // namespace podrun::tend
