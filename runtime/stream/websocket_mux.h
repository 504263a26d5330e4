// Streams by numbered channels in the messages of a WebSocket. Nobody opens them: which there are follows from the
// request, and the user is told of them with the headers that SPDY would have.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/stream/channel_messages.h"
#include "runtime/stream/mux.h"
#include "runtime/stream/websocket.h"

namespace podrun::stream {

struct Channel {
  Headers headers;
  bool greets = false;   // a message is sent on it before all others
  std::string greeting;  // this one
};

class WebSocketMux : public Mux, private ChannelReader::Sink {
 public:
  WebSocketMux(std::unique_ptr<WebSocket> websocket, ChannelForm form, std::vector<Channel> channels)
      : websocket_(std::move(websocket)), form_(form), reader_(form), channels_(std::move(channels)) {}

  void start(User& user) override;
  void send(StreamId stream, std::string_view bytes, std::function<void()> taken) override;
  void finish(StreamId) override {}  // there is no message for it; the end of the connection says so
  void reset(StreamId stream) override { open_.erase(stream); }
  void consumed(StreamId, std::size_t) override {}
  void hold(bool holds) override;
  void end() override;

 private:
  void read();
  void data(unsigned channel, std::string_view bytes) override;
  void closed(unsigned channel) override;

  std::unique_ptr<WebSocket> websocket_;
  ChannelForm form_;
  ChannelReader reader_;
  std::vector<Channel> channels_;
  std::set<StreamId> open_;
  User* user_ = nullptr;
  bool is_reading_ = false;
  bool is_holding_ = false;
  bool is_ending_ = false;
};

// 0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize. `greeting` is the number of the lowest that the server writes to.
std::vector<Channel> channels_of_call(unsigned greeting);

// 2i data and 2i + 1 error of the i-th port.
std::vector<Channel> channels_of_forward(const std::vector<std::uint16_t>& ports);

}  // namespace podrun::stream
