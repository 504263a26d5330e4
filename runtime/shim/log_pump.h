// What a container writes to stdout and stderr, into its log, in the format the CRI prescribes: a line a record,
//
//     2026-11-24T14:03:07.123456789Z stdout F the line
//
// with P instead of F where the line goes on in the next record (no newline yet, or longer than one read).
#pragma once

#include <array>
#include <string_view>

#include "runtime/shim/log.h"

namespace podrun::shim {

class LogPump {
 public:
  // `out` and `err` are non-blocking reading ends of pipes.
  LogPump(Log log, Fd out, Fd err) : log_(std::move(log)), streams_{{{std::move(out)}, {std::move(err)}}} {}

  // The descriptors to poll, -1 for a stream that has ended.
  int out() const { return streams_[0].pipe.get(); }
  int err() const { return streams_[1].pipe.get(); }

  // Moves what is there; returns at once when nothing is. A stream at its end is closed. A log that cannot be written
  // (disk full) loses records rather than stopping the container.
  void pump();

 private:
  struct Stream {
    Fd pipe;
    bool within_line = false;  // the last record that was written is a part
    bool has_gap = false;      // what came next was lost
  };
  void pump_stream(Stream& stream, std::string_view name);
  void write_records(std::string_view text, Stream& stream, std::string_view name);

  Log log_;
  std::array<Stream, 2> streams_;
};

}  // namespace podrun::shim
