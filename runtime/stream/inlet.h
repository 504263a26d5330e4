// From a stream of the client to a descriptor. A reader that takes nothing lets it fill up; who feeds it has to stop
// then.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "runtime/stream/loop.h"
#include "runtime/stream/outbox.h"

namespace podrun::stream {

class Inlet {
 public:
  static constexpr std::size_t kFull = 256U << 10U;
  static constexpr std::size_t kRoomy = 64U << 10U;

  // `consumed` is called with bytes that are written, or that nobody will ever read.
  Inlet(Loop& loop, Fd fd, std::function<void(std::size_t)> consumed);

  void receive(std::string_view bytes);
  // Calls `close` with the descriptor once all is written, unless nobody reads any more.
  void finish(std::function<void(int)> close);

  std::size_t unsent() const { return outbox_.unsent(); }
  int fd() const { return pipe_.fd(); }

 private:
  Pipe pipe_;
  Outbox outbox_;
  std::function<void(std::size_t)> consumed_;
  bool is_broken_ = false;
};

}  // namespace podrun::stream
