// What a container writes to stdout and stderr: read here alone, into its log and on to whoever is attached.
//
// A reader that takes nothing more stops the reading of that container's stream until it does, as in a pipeline; other
// containers go on.
#pragma once

#include <poll.h>

#include <array>
#include <string>
#include <vector>

#include "runtime/shim/log.h"
#include "runtime/shim/log_records.h"
#include "runtime/shim/table.h"

namespace podrun::shim {

class Output {
 public:
  // Non-blocking reading ends of pipes; empty where all comes by a terminal.
  Output(Log log, Fd out, Fd err);
  void keep_terminal(Fd master);  // non-blocking

  // From now on what comes goes into these too: non-blocking writing ends of pipes, or empty.
  void attach(int reader, Fd out, Fd err);
  void detach(int reader);

  void go_on_in(Fd log_file) { log_.go_on_in(std::move(log_file)); }

  // What to poll for: a stream, or the reader that holds it up.
  void add_wants(std::vector<pollfd>& polled) const;
  // Moves what is there and what fits; returns at once when nothing does. A stream at its end is closed, and readers of
  // it see the end.
  void pump();

  // Whoever wrote has ended: what is left goes into the log now, and is kept for readers until they take it.
  void drain();
  bool is_delivered() const;

  // For whoever takes it over.
  Output() : Output(Log(), Fd(), Fd()) {}
  void write(TableWriter& table);
  // A line that write() has written; false where it is of another kind.
  bool read(TableReader& table, std::string_view kind);

  bool reads_stdout() const { return static_cast<bool>(streams_[0].from); }

 private:
  struct Reader {
    int number = 0;
    Fd to;
    bool is_full = false;
    std::string rest;  // after drain()
  };
  struct Stream {
    std::string_view name;
    Fd from;
    RecordState state;
    std::vector<Reader> readers;
  };
  static bool all_take(Stream& stream);
  static void flush(Reader& reader);
  void pump_stream(Stream& stream);
  void drain_stream(Stream& stream);

  Log log_;
  std::array<Stream, 2> streams_;
};

}  // namespace podrun::shim
