// Bytes from and to a client: a socket (socket_wire.h), or what a WebSocket carries (tunnel_wire.h).
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace podrun::stream {

class Wire {
 public:
  virtual ~Wire() = default;

  // Calls back once, with nothing at the end. The bytes are good until the callback returns.
  virtual void read(std::function<void(std::string_view)> got) = 0;

  // `taken` is called once they are written, perhaps at once, and when that has failed: then read() finds the end. What
  // is sent after that is dropped.
  virtual void send(std::string_view bytes, std::function<void()> taken) = 0;

  // After what was sent: says that no more will come.
  virtual void finish() = 0;
};

}  // namespace podrun::stream
