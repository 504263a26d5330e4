// Streams by SPDY/3.1 over a wire.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "runtime/stream/mux.h"
#include "runtime/stream/spdy/connection.h"
#include "runtime/stream/wire.h"

namespace podrun::stream {

class SpdyMux : public Mux {
 public:
  SpdyMux(std::unique_ptr<Wire> wire, std::size_t most_streams) : wire_(std::move(wire)), most_streams_(most_streams) {}

  void start(User& user) override;
  void send(StreamId stream, std::string_view bytes, std::function<void()> taken) override;
  void finish(StreamId stream) override;
  void reset(StreamId stream) override;
  void consumed(StreamId stream, std::size_t bytes) override;
  void hold(bool holds) override;
  void end() override;

 private:
  // What a closed window holds back. The bytes of a stream wait for each other, so there is one of them a stream.
  struct Held {
    std::string bytes;
    std::function<void()> taken;
    bool is_last = false;  // then finish() was called, too
  };

  void read();
  void got(std::string_view bytes);
  void send_held();
  void flush(std::function<void()> taken);

  std::unique_ptr<Wire> wire_;
  std::size_t most_streams_;
  User* user_ = nullptr;
  std::unique_ptr<spdy::Connection> connection_;
  std::map<StreamId, Held> held_;
  std::size_t unread_ = 0;   // what the client has not taken yet
  bool is_feeding_ = false;  // what the user does meanwhile is flushed afterwards, at once
  bool is_reading_ = false;
  bool is_holding_ = false;
  bool is_ending_ = false;
};

}  // namespace podrun::stream
