// The format that the CRI prescribes for logs: a line a record,
//
//     2026-11-24T14:03:07.123456789Z stdout F the line
//
// with P instead of F where the line goes on in the next record (no newline yet, or longer than one read).
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/shim/log.h"

namespace podrun::shim {

inline constexpr std::size_t kLongestRecord = 16U << 10U;  // the CRI's own limit

// Where a stream stands between two writes.
struct RecordState {
  bool within_line = false;  // the last record that was written is a part
  std::uint64_t lost = 0;    // bytes that came next, and are told nowhere yet
};

// A log that cannot be written (disk full) loses records rather than stopping the container, and says so in a record of
// its own where they are missing, before the next that finds room. `stream` is "stdout" or "stderr"; of `text` at most
// kLongestRecord bytes; none, for only that to be said.
void write_records(Log& log, RecordState& state, std::string_view stream, std::string_view text);

}  // namespace podrun::shim
