#include "runtime/shim/log_records.h"

#include <sys/uio.h>

#include <array>
#include <cstdio>
#include <ctime>

namespace podrun::shim {
namespace {

constexpr std::size_t kMostParts = 512;

struct Prefix {
  std::array<char, 64> text{};
  std::size_t size = 0;
};

Prefix make_prefix(std::string_view stream, char tag) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  ::gmtime_r(&now.tv_sec, &utc);
  Prefix prefix;
  prefix.size = static_cast<std::size_t>(std::snprintf(
      prefix.text.data(), prefix.text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ %s %c ", utc.tm_year + 1900,
      utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec, stream.data(), tag));
  return prefix;
}

iovec part(const char* bytes, std::size_t size) { return {const_cast<char*>(bytes), size}; }

}  // namespace

void write_records(Log& log, RecordState& state, std::string_view stream, std::string_view text) {
  const Prefix full = make_prefix(stream, 'F');
  Prefix partial = full;
  partial.text[partial.size - 2] = 'P';
  std::array<iovec, kMostParts> parts;
  while (!text.empty()) {
    std::size_t count = 0, total = 0;
    const auto add = [&](const char* bytes, std::size_t size) {
      parts[count++] = part(bytes, size);
      total += size;
    };
    if (state.within_line && state.has_gap) {  // what comes now is no part of that line
      add(full.text.data(), full.size);
      add("\n", 1);
    }
    bool within_line = false;
    while (!text.empty() && count + 3 <= kMostParts) {
      const std::size_t newline = text.find('\n');
      within_line = newline == std::string_view::npos;
      const std::size_t size = within_line ? text.size() : newline + 1;
      add(within_line ? partial.text.data() : full.text.data(), full.size);
      add(text.data(), size);
      if (within_line) add("\n", 1);
      text.remove_prefix(size);
    }
    const std::size_t written = log.append({parts.data(), count});
    state.has_gap = written < total;
    if (written > 0) state.within_line = within_line && !state.has_gap;  // only the last record can be a part
    if (state.has_gap) return;
  }
}

}  // namespace podrun::shim
