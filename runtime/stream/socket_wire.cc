#include "runtime/stream/socket_wire.h"

#include <sys/socket.h>

#include <utility>

namespace podrun::stream {

SocketWire::SocketWire(Loop& loop, Fd socket, std::string first)
    : loop_(loop), first_(std::move(first)), pipe_(loop, std::move(socket)), outbox_(pipe_, [] {}) {}

void SocketWire::read(std::function<void(std::string_view)> got) {
  if (first_.empty()) return pipe_.read(64U << 10U, std::move(got));
  loop_.post([this, alive = std::weak_ptr(alive_), got = std::move(got)] {
    if (!alive.expired()) got(std::exchange(first_, {}));
  });
}

void SocketWire::finish() {
  outbox_.finish([this] { ::shutdown(pipe_.fd(), SHUT_WR); });
}

}  // namespace podrun::stream
