#include "runtime/shim/log_records.h"

#include <sys/uio.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <span>

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

// True once it is told of, and a line of which the rest was lost has its end: what comes next is no part of it.
bool tell_of_gap(Log& log, RecordState& state, std::string_view stream, const Prefix& full) {
  std::array<char, 160> told;
  const int size = std::snprintf(told.data(), told.size(),
                                 "[podrun: %llu bytes of %s are missing here: the log could not be written, as on a "
                                 "full disk]\n",
                                 static_cast<unsigned long long>(state.lost), stream.data());
  const iovec prefix = part(full.text.data(), full.size);
  const std::array<iovec, 4> parts{prefix, part("\n", 1), prefix, part(told.data(), static_cast<std::size_t>(size))};
  const std::span<const iovec> lines = std::span(parts).subspan(state.within_line ? 0 : 2);
  std::size_t total = 0;
  for (const iovec& one : lines) total += one.iov_len;
  const std::size_t written = log.append(lines);
  if (written > 0) state.within_line = false;
  if (written < total) return false;
  state.lost = 0;
  return true;
}

// Of the first `written` bytes of `parts`, those that are `text`'s.
std::size_t bytes_of(std::string_view text, std::span<const iovec> parts, std::size_t written) {
  std::size_t bytes = 0, end = 0;
  for (const iovec& one : parts) {
    end += one.iov_len;
    if (end > written) break;
    const auto* const begin = static_cast<const char*>(one.iov_base);
    if (begin >= text.data() && begin < text.data() + text.size()) bytes += one.iov_len;
  }
  return bytes;
}

}  // namespace

void write_records(Log& log, RecordState& state, std::string_view stream, std::string_view text) {
  const Prefix full = make_prefix(stream, 'F');
  Prefix partial = full;
  partial.text[partial.size - 2] = 'P';
  if (state.lost != 0 && !tell_of_gap(log, state, stream, full)) {
    state.lost += text.size();
    return;
  }
  std::array<iovec, kMostParts> parts;
  while (!text.empty()) {
    const std::string_view left = text;
    std::size_t count = 0, total = 0;
    const auto add = [&](const char* bytes, std::size_t size) {
      parts[count++] = part(bytes, size);
      total += size;
    };
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
    if (written < total) state.lost = left.size() - bytes_of(left, {parts.data(), count}, written);
    if (written > 0) state.within_line = within_line && state.lost == 0;  // only the last record can be a part
    if (state.lost != 0) return;
  }
}

}  // namespace podrun::shim
