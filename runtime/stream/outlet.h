// From a descriptor to a stream of the client: no more is read than the client has taken.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "runtime/stream/loop.h"
#include "runtime/stream/mux.h"

namespace podrun::stream {

class Outlet {
 public:
  // `ended` is called once, at the end of file, or of what end_with_what_is_there() found. Reads at once.
  Outlet(Loop& loop, Fd fd, Mux& mux, StreamId stream, std::function<void()> ended);

  // Whoever wrote has ended; what others still have the descriptor for is of no interest.
  void end_with_what_is_there();

  bool has_ended() const { return !ended_; }

 private:
  void read();
  void end();

  Pipe pipe_;
  Mux& mux_;
  StreamId stream_;
  std::function<void()> ended_;
  std::optional<std::size_t> left_;  // to be read still
  bool is_reading_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // the mux may hold what was sent for longer
};

}  // namespace podrun::stream
