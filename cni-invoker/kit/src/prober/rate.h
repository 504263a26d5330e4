// How fast bytes go from one place to another.
#pragma once

#include <chrono>

#include "kit/src/prober/probe.h"

namespace cni::kit {

// Bits a second by TCP, counted where they arrive, for `duration` after `first`, which is for what a limiter lets
// through at once. `port` is free in `to`.
Result<double> measure_rate(const Place& from, const Place& to, const base::IpAddress& address, std::uint16_t port,
                            std::chrono::milliseconds first, std::chrono::milliseconds duration);

}  // namespace cni::kit
