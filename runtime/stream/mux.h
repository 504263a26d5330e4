// The streams of one client, whichever protocol carries them: SPDY (spdy_mux.h) or WebSocket (websocket_mux.h) below,
// an exec or a forward above. All functions are called by the loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace podrun::stream {

using StreamId = std::uint32_t;
using Headers = std::map<std::string, std::string>;  // names in lower case

class Mux {
 public:
  // Who uses the streams. May not destroy the mux while it is called.
  class User {
   public:
    virtual ~User() = default;
    virtual bool opened(StreamId stream, const Headers& headers) = 0;  // false: refused, and never heard of again
    virtual void received(StreamId stream, std::string_view bytes) = 0;
    virtual void finished(StreamId stream) = 0;   // the client sends no more on it
    virtual void was_reset(StreamId stream) = 0;  // the client neither sends nor reads any more on it
    virtual void gone() = 0;                      // nobody is there any more; the last call
  };

  virtual ~Mux() = default;
  virtual void start(User& user) = 0;

  // `taken` is called, perhaps at once, when more may be sent on the stream; never, once the stream or the client is
  // gone. One at a time: who sends before keeps everything in memory.
  virtual void send(StreamId stream, std::string_view bytes, std::function<void()> taken) = 0;
  virtual void finish(StreamId stream) = 0;  // nothing more will be sent on it
  virtual void reset(StreamId stream) = 0;   // nothing more will be sent or received on it

  // Bytes received have gone where they were to: a client that asks for a window gets it back.
  virtual void consumed(StreamId stream, std::size_t bytes) = 0;

  // While it holds nothing is read, of any stream.
  virtual void hold(bool holds) = 0;

  // Once all is sent, says so and waits for gone().
  virtual void end() = 0;
};

}  // namespace podrun::stream
