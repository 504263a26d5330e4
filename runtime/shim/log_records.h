// The format that the CRI prescribes for logs: a line a record,
//
//     2026-11-24T14:03:07.123456789Z stdout F the line
//
// with P instead of F where the line goes on in the next record (no newline yet, or longer than one read).
#pragma once

#include <string_view>

#include "runtime/shim/log.h"

namespace podrun::shim {

inline constexpr std::size_t kLongestRecord = 16U << 10U;  // the CRI's own limit

// Where a stream stands between two writes.
struct RecordState {
  bool within_line = false;  // the last record that was written is a part
  bool has_gap = false;      // what came next was lost
};

// A log that cannot be written (disk full) loses records rather than stopping the container. `stream` is "stdout" or
// "stderr"; of `text` at most kLongestRecord bytes.
void write_records(Log& log, RecordState& state, std::string_view stream, std::string_view text);

}  // namespace podrun::shim
