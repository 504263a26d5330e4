#include "runtime/stream/inlet.h"

#include <utility>

namespace podrun::stream {

Inlet::Inlet(Loop& loop, Fd fd, std::function<void(std::size_t)> consumed)
    : pipe_(loop, std::move(fd)),
      outbox_(pipe_,
              [this] {
                is_broken_ = true;
                consumed_(0);
              }),
      consumed_(std::move(consumed)) {}

void Inlet::receive(std::string_view bytes) {
  if (is_broken_) return consumed_(bytes.size());
  outbox_.send(bytes, [this, size = bytes.size()] { consumed_(size); });
}

void Inlet::finish(std::function<void(int)> close) {
  outbox_.finish([this, close = std::move(close)] { close(fd()); });
}

}  // namespace podrun::stream
