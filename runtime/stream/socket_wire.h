// A wire that is the client's socket.
#pragma once

#include <memory>
#include <string>

#include "runtime/stream/loop.h"
#include "runtime/stream/outbox.h"
#include "runtime/stream/wire.h"

namespace podrun::stream {

class SocketWire : public Wire {
 public:
  // `first` is what the client has sent already.
  SocketWire(Loop& loop, Fd socket, std::string first);

  void read(std::function<void(std::string_view)> got) override;
  void send(std::string_view bytes, std::function<void()> taken) override { outbox_.send(bytes, std::move(taken)); }
  void finish() override;

 private:
  Loop& loop_;
  std::string first_;
  Pipe pipe_;
  Outbox outbox_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // what was posted looks whether it still is
};

}  // namespace podrun::stream
