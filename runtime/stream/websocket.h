// One WebSocket (RFC 6455), the server's side. Boost.Beast does it, behind this header: a file that includes it takes
// long to compile. Pings are answered while somebody reads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/stream/loop.h"

namespace podrun::stream {

class WebSocket {
 public:
  struct Handshake {
    std::string key;          // Sec-WebSocket-Key, as the client sent it
    std::string version;      // Sec-WebSocket-Version, likewise; only 13 is accepted
    std::string subprotocol;  // what is chosen of those offered; may be empty
  };
  // A message arrives in parts, as its frames do.
  struct Part {
    std::string_view bytes;
    bool is_text = false;
    bool is_last = false;
  };

  // Answers the request; a handshake that is refused ends as a client that has gone. Messages above `most` bytes end
  // the connection (1009); 0 is no limit.
  WebSocket(Loop& loop, Fd socket, const Handshake& handshake, std::size_t most);
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  void read(std::function<void(const Part&)> got, std::function<void()> gone);  // one of them is called, once
  void send(std::string_view message, bool is_text, std::function<void()> taken);
  void close();   // 1000, after what was sent
  void refuse();  // 1002: what the client sent has no meaning

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace podrun::stream
