#include "runtime/stream/tunnel_wire.h"

namespace podrun::stream {

void TunnelWire::read(std::function<void(std::string_view)> got) {
  // The other of the two is never called, so both may have their copy.
  websocket_->read(
      [this, got](const WebSocket::Part& part) {
        if (part.is_text) {
          websocket_->refuse();
          got({});
        } else if (part.bytes.empty()) {
          read(got);
        } else {
          got(part.bytes);
        }
      },
      [got] { got({}); });
}

}  // namespace podrun::stream
