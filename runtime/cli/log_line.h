// The CRI log format: "TIME STREAM TAG TEXT\n", TIME in RFC 3339 with nanoseconds, TAG F for a whole line or P for a
// part that the next record of the stream goes on with.
#pragma once

#include <cstdint>
#include <string_view>

namespace podrun::cli {

struct LogLine {
  std::string_view time;
  std::string_view stream;  // "stdout" or "stderr"
  bool partial = false;
  std::string_view text;  // without the record's newline
};

// `record` without its newline. False for what is not in the format.
bool parse_log_line(std::string_view record, LogLine& line);

}  // namespace podrun::cli
