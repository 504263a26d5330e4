#include "runtime/cli/time_text.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace podrun::cli {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

std::string formatted(std::int64_t nanoseconds, const char* format) {
  const time_t seconds = nanoseconds / kNanosecondsPerSecond;
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), ::strftime(text.data(), text.size(), format, &parts)};
}

std::string two(std::int64_t first, const char* first_unit, std::int64_t second, const char* second_unit) {
  std::string text = std::to_string(first) + first_unit;
  if (second != 0) text += std::to_string(second) + second_unit;
  return text;
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array<Unit, 7> kUnits{{{"ns", 1},
                                      {"us", 1'000},
                                      {"µs", 1'000},
                                      {"ms", 1'000'000},
                                      {"s", kNanosecondsPerSecond},
                                      {"m", 60 * kNanosecondsPerSecond},
                                      {"h", 3600 * kNanosecondsPerSecond}}};

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits)
    if (unit.name == name) return &unit;
  return nullptr;
}

// Those that `text` begins with; taken off it.
std::string_view take_digits(std::string_view& text) {
  const std::string_view digits = text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
  text.remove_prefix(digits.size());
  return digits;
}

// What stands behind a decimal point, in parts of `unit`.
std::int64_t fraction_of(std::int64_t unit, std::string_view digits) {
  std::int64_t fraction = 0;
  for (const char digit : digits) fraction += (digit - '0') * (unit /= 10);
  return fraction;
}

}  // namespace

std::string rfc3339(std::int64_t nanoseconds) { return formatted(nanoseconds, "%Y-%m-%dT%H:%M:%SZ"); }
std::string rfc3339_nanoseconds(std::int64_t nanoseconds) {
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%09dZ", static_cast<int>(nanoseconds % kNanosecondsPerSecond));
  return formatted(nanoseconds, "%Y-%m-%dT%H:%M:%S") + fraction.data();
}
std::string long_date(std::int64_t nanoseconds) { return formatted(nanoseconds, "%a, %d %b %Y %H:%M:%S +0000"); }

std::string age(std::chrono::seconds passed) {
  const std::int64_t seconds = passed.count();
  if (seconds < -1) return "<invalid>";  // the clock was set back
  if (seconds < 0) return "0s";
  if (seconds < 120) return std::to_string(seconds) + "s";
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return std::to_string(minutes) + "m";
  const std::int64_t hours = minutes / 60;
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  const std::int64_t days = hours / 24;
  if (days < 8) return two(days, "d", hours % 24, "h");
  if (days < 2 * 365) return std::to_string(days) + "d";
  if (days < 8 * 365) return two(days / 365, "y", days % 365, "d");
  return std::to_string(days / 365) + "y";
}

Result<std::int64_t> parse_time(std::string_view text) {
  const Error bad{Kind::invalid, 0, "'" + std::string(text) + "' is no time, such as 2026-01-02T03:04:05Z"};
  const std::string whole(text);
  tm parts{};
  const char* const end = ::strptime(whole.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr) return bad;
  std::string_view offset(end);
  std::int64_t fraction = 0;
  if (offset.starts_with('.')) {
    offset.remove_prefix(1);
    fraction = fraction_of(kNanosecondsPerSecond, take_digits(offset));
  }
  // strptime's %z also takes "+01"; what Kubernetes reads is "Z" or "+01:00".
  tm zone{};
  const bool utc = offset == "Z" || offset == "z";
  if (!utc && (offset.size() != 6 || offset[3] != ':' ||
               ::strptime(offset.data(), "%z", &zone) != offset.data() + offset.size()))
    return bad;
  return (::timegm(&parts) - zone.tm_gmtoff) * kNanosecondsPerSecond + fraction;
}

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const Error bad{Kind::invalid, 0, "'" + std::string(text) + "' is no duration, such as 90s, 5m or 1h30m"};
  if (text.empty()) return bad;
  if (text == "0") return std::chrono::nanoseconds(0);  // the one number that needs no unit, as for Go
  std::int64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view whole = take_digits(rest);
    std::string_view fraction;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      fraction = take_digits(rest);
    }
    std::int64_t amount = 0;
    if (whole.empty() && fraction.empty()) return bad;
    if (!whole.empty() && std::from_chars(whole.data(), whole.data() + whole.size(), amount).ec != std::errc())
      return bad;
    const std::size_t unit_length = std::min(rest.find_first_of(".0123456789"), rest.size());
    const Unit* unit = find_unit(rest.substr(0, unit_length));
    std::int64_t part = 0;
    if (unit == nullptr || __builtin_mul_overflow(amount, unit->nanoseconds, &part) ||
        __builtin_add_overflow(total, part, &total) ||
        __builtin_add_overflow(total, fraction_of(unit->nanoseconds, fraction), &total))
      return bad;
    rest.remove_prefix(unit_length);
  }
  return std::chrono::nanoseconds(total);
}

}  // namespace podrun::cli
