#pragma once

#include <chrono>

namespace podrun {

// Until what was killed has left its cgroup.
inline constexpr std::chrono::seconds kKillPatience{30};

}  // namespace podrun
