// A wire through a WebSocket: binary messages carry its bytes, and where one ends means nothing.
#pragma once

#include <memory>
#include <utility>

#include "runtime/stream/websocket.h"
#include "runtime/stream/wire.h"

namespace podrun::stream {

class TunnelWire : public Wire {
 public:
  explicit TunnelWire(std::unique_ptr<WebSocket> websocket) : websocket_(std::move(websocket)) {}

  void read(std::function<void(std::string_view)> got) override;
  void send(std::string_view bytes, std::function<void()> taken) override {
    websocket_->send(bytes, false, std::move(taken));
  }
  void finish() override { websocket_->close(); }

 private:
  std::unique_ptr<WebSocket> websocket_;
};

}  // namespace podrun::stream
