#include "runtime/stream/websocket_mux.h"

#include <utility>

namespace podrun::stream {

void WebSocketMux::start(User& user) {
  user_ = &user;
  for (StreamId stream = 0; stream < channels_.size(); ++stream) {
    const Channel& channel = channels_[stream];
    if (channel.greets) websocket_->send(channel_message(form_, stream, channel.greeting), form_.is_base64, nullptr);
    open_.insert(stream);
    if (!user_->opened(stream, channel.headers)) open_.erase(stream);
  }
  read();
}

void WebSocketMux::read() {
  if (is_reading_ || is_holding_) return;
  is_reading_ = true;
  websocket_->read(
      [this](const WebSocket::Part& part) {
        is_reading_ = false;
        const bool is_well = is_ending_ || reader_.feed(part.bytes, part.is_last, *this);
        if (is_well) return read();
        websocket_->refuse();
        user_->gone();
      },
      [this] {
        is_reading_ = false;
        user_->gone();
      });
}

void WebSocketMux::data(unsigned channel, std::string_view bytes) {
  if (open_.contains(channel)) user_->received(channel, bytes);
}

void WebSocketMux::closed(unsigned channel) {
  if (open_.contains(channel)) user_->finished(channel);
}

void WebSocketMux::send(StreamId stream, std::string_view bytes, std::function<void()> taken) {
  if (open_.contains(stream))
    websocket_->send(channel_message(form_, stream, bytes), form_.is_base64, std::move(taken));
}

void WebSocketMux::hold(bool holds) {
  is_holding_ = holds;
  if (!holds) read();
}

void WebSocketMux::end() {
  is_ending_ = true;
  is_holding_ = false;
  websocket_->close();
  read();
}

std::vector<Channel> channels_of_call(unsigned greeting) {
  std::vector<Channel> channels;
  for (const char* type : {"stdin", "stdout", "stderr", "error", "resize"})
    channels.push_back({.headers = {{"streamtype", type}}, .greets = channels.size() == greeting, .greeting = {}});
  return channels;
}

std::vector<Channel> channels_of_forward(const std::vector<std::uint16_t>& ports) {
  std::vector<Channel> channels;
  for (std::size_t i = 0; i < ports.size(); ++i)
    for (const char* type : {"data", "error"}) {
      const std::string port{static_cast<char>(ports[i] & 0xffU), static_cast<char>(ports[i] >> 8U)};  // little-endian
      channels.push_back(
          {.headers = {{"streamtype", type}, {"port", std::to_string(ports[i])}, {"requestid", std::to_string(i)}},
           .greets = true,
           .greeting = port});
    }
  return channels;
}

}  // namespace podrun::stream
