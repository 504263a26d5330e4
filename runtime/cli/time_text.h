// Times and durations as kubectl writes and reads them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::cli {

// Nanoseconds since the epoch, in UTC: "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.000000001Z" and
// "Tue, 14 Nov 2023 22:13:20 +0000".
std::string rfc3339(std::int64_t nanoseconds);
std::string rfc3339_nanoseconds(std::int64_t nanoseconds);
std::string long_date(std::int64_t nanoseconds);

// "5s", "2m", "3h14m", "2d4h", "1y200d": two units at most, and the second only while it matters.
std::string age(std::chrono::seconds passed);

// RFC 3339, "2026-01-02T03:04:05.5+01:00": nanoseconds since the epoch; Kind::invalid otherwise.
Result<std::int64_t> parse_time(std::string_view text);

// "90s", "1h30m", "250ms", "0.5s", as Go reads them; Kind::invalid otherwise.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace podrun::cli
