#include "runtime/stream/spdy_mux.h"

#include <utility>
#include <vector>

namespace podrun::stream {
namespace {

// A client that asks and does not read the answers is not asked for more.
constexpr std::size_t kMaxUnread = 1U << 20U;

}  // namespace

void SpdyMux::start(User& user) {
  user_ = &user;
  connection_ = std::make_unique<spdy::Connection>(user, most_streams_);
  read();
}

void SpdyMux::read() {
  if (is_reading_ || is_holding_ || unread_ > kMaxUnread) return;
  is_reading_ = true;
  wire_->read([this](std::string_view bytes) { got(bytes); });
}

void SpdyMux::got(std::string_view bytes) {
  is_reading_ = false;
  if (bytes.empty()) return user_->gone();
  if (is_ending_) return read();  // it is only waited for the client to close
  is_feeding_ = true;
  const bool is_well = connection_->feed(bytes);
  is_feeding_ = false;
  send_held();
  flush(nullptr);
  if (is_well) return read();
  wire_->finish();
  user_->gone();
}

void SpdyMux::send(StreamId stream, std::string_view bytes, std::function<void()> taken) {
  if (!connection_->is_open_for_sending(stream)) return;
  const std::size_t now = connection_->may_send(stream, bytes.size());
  connection_->send(stream, bytes.substr(0, now));
  if (now < bytes.size()) {
    held_[stream] = {std::string(bytes.substr(now)), std::move(taken), false};
    taken = nullptr;
  }
  flush(std::move(taken));
}

void SpdyMux::send_held() {
  std::vector<std::function<void()>> taken;  // called once nobody walks through held_
  for (auto held = held_.begin(); held != held_.end();) {
    auto& [stream, what] = *held;
    const std::size_t now = connection_->may_send(stream, what.bytes.size());
    connection_->send(stream, std::string_view(what.bytes).substr(0, now));
    what.bytes.erase(0, now);
    if (!what.bytes.empty() && connection_->is_open_for_sending(stream)) {
      ++held;
      continue;
    }
    if (what.is_last) connection_->finish(stream);
    if (what.bytes.empty() && what.taken) taken.push_back(std::move(what.taken));
    held = held_.erase(held);
  }
  for (auto& each : taken) flush(std::move(each));
}

void SpdyMux::finish(StreamId stream) {
  const auto held = held_.find(stream);
  if (held != held_.end())
    held->second.is_last = true;
  else
    connection_->finish(stream);
  flush(nullptr);
}

void SpdyMux::reset(StreamId stream) {
  held_.erase(stream);
  connection_->reset(stream, spdy::ResetStatus::cancel);
  flush(nullptr);
}

void SpdyMux::consumed(StreamId stream, std::size_t bytes) {
  connection_->consumed(stream, bytes);
  flush(nullptr);
}

void SpdyMux::hold(bool holds) {
  is_holding_ = holds;
  if (!holds && connection_) read();
}

void SpdyMux::end() {
  is_ending_ = true;
  is_holding_ = false;
  flush(nullptr);
  read();
}

// `taken` belongs to bytes that are in the connection's output: those and what stands before them go out together.
void SpdyMux::flush(std::function<void()> taken) {
  if (is_feeding_ && !taken) return;
  if (!connection_->has_output() && !taken) return;
  const std::string output = connection_->take_output();
  unread_ += output.size();
  wire_->send(output, [this, size = output.size(), taken = std::move(taken)] {
    const bool was_too_much = unread_ > kMaxUnread;
    unread_ -= size;
    if (taken) taken();
    if (was_too_much) read();
  });
}

}  // namespace podrun::stream
