#include "runtime/probe/exchange.h"

#include <array>

#include "runtime/kernel/clock.h"

namespace podrun::probe {

Exchange::Exchange(Connection connection, bool over_tls, std::int64_t until, std::string_view protocol)
    : connection_(std::move(connection)),
      stream_(over_tls ? tls_stream(connection_, protocol) : plain_stream(connection_)),
      until_(until) {}

void Exchange::await(Wait& wait) const {
  wait.for_fd(connection_.fd(), is_connected_ ? stream_->awaits() : POLLOUT);
  if (until_ != 0) wait.at_most_until(until_);
}

bool Exchange::go_on() {
  if (is_connected_ || connect()) {
    do {
      if (send()) receive();
    } while (!is_over_ && stream_->holds_more());
  }
  if (!is_over_ && until_ != 0 && boot_time() >= until_) end(peer() + ": no answer in time");
  return is_over_;
}

bool Exchange::connect() {
  const auto connected = connection_.check();
  is_connected_ = static_cast<bool>(connected);
  if (!connected && connected.error().kind != Kind::busy) end(connected.error().what);
  return is_connected_;
}

// True once there is nothing left to send.
bool Exchange::send() {
  while (!unsent_.empty()) {
    const auto sent = stream_->send(unsent_);
    if (!sent && sent.error().kind != Kind::busy) end(sent.error().what);
    if (sent && *sent == 0) end(peer() + ": ended without an answer");
    if (!sent || is_over_) return false;
    unsent_.erase(0, *sent);
  }
  return true;
}

// A buffer at a time: whoever sends without end is cut off by the limits of who hears it, or by the time.
void Exchange::receive() {
  std::array<char, 4096> buffer;
  const auto received = stream_->receive(buffer);
  if (!received && received.error().kind == Kind::busy) return;
  if (!received) return end(received.error().what);
  if (*received == 0) return end(peer() + ": ended without an answer");
  hear({buffer.data(), *received});
}

}  // namespace podrun::probe
