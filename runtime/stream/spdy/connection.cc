#include "runtime/stream/spdy/connection.h"

#include <algorithm>
#include <limits>

namespace podrun::stream::spdy {
namespace {

constexpr std::int64_t kMaxWindow = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kTellConsumed =
    16U << 10U;  // a quarter of the first window: a client that waits never waits for nothing
constexpr std::uint32_t kStreamBits = 0x7fffffff;

}  // namespace

bool Connection::feed(std::string_view bytes) {
  if (is_over_) return false;
  if (reader_.feed(bytes, *this)) return true;
  is_over_ = true;
  output_ += goaway_frame(last_, GoawayStatus::protocol_error);
  return false;
}

bool Connection::control(FrameType type, std::uint8_t flags, std::string_view payload) {
  switch (type) {
    case FrameType::syn_stream:
      return syn_stream(flags, PayloadReader(payload));
    case FrameType::headers:
      return more_headers(flags, PayloadReader(payload));
    case FrameType::rst_stream:
      return rst_stream(PayloadReader(payload));
    case FrameType::settings:
      return settings(PayloadReader(payload));
    case FrameType::window_update:
      return window_update(PayloadReader(payload));
    case FrameType::goaway:
      return payload.size() == 8;  // the client opens no more; it ends what it has by closing
    case FrameType::ping: {
      PayloadReader reader(payload);
      const std::uint32_t id = reader.number32();
      if (!reader.has()) return false;
      if (id % 2 == 1) output_ += ping_frame(id);  // even ones would be answers to ours
      return true;
    }
    case FrameType::syn_reply:
      return false;  // we open no streams
  }
  return true;  // frames nobody knows are passed over
}

bool Connection::syn_stream(std::uint8_t flags, PayloadReader payload) {
  const StreamId id = payload.number32() & kStreamBits;
  payload.number32();  // the stream that it belongs to: of pushes alone
  payload.skip(2);     // priority and slot
  if (!payload.has()) return false;
  const auto headers = header_reader_.read(payload.rest());
  if (!headers) return false;
  if (id % 2 == 0 || id <= last_) return false;
  last_ = id;
  if (streams_.size() >= most_streams_) {
    output_ += rst_frame(id, ResetStatus::refused_stream);
    return true;
  }
  // The answer goes before whatever the user sends: clients drop data of streams that were not answered.
  streams_.emplace(id, Stream{.window = initial_window_});
  const std::size_t before = output_.size();
  if (!user_.opened(id, *headers)) {
    streams_.erase(id);
    output_ += rst_frame(id, ResetStatus::refused_stream);
    return true;
  }
  output_.insert(before, syn_reply_frame(id, header_writer_.write({})));
  const auto stream = streams_.find(id);  // the user may have reset it already
  if (stream != streams_.end() && (flags & kFin) != 0) client_finished(stream);
  return true;
}

bool Connection::more_headers(std::uint8_t flags, PayloadReader payload) {
  const StreamId id = payload.number32() & kStreamBits;
  if (!payload.has() || !header_reader_.read(payload.rest())) return false;
  const auto stream = streams_.find(id);
  if (stream != streams_.end() && (flags & kFin) != 0) client_finished(stream);
  return true;
}

bool Connection::rst_stream(PayloadReader payload) {
  const StreamId id = payload.number32() & kStreamBits;
  payload.number32();
  if (!payload.has()) return false;
  if (streams_.erase(id) > 0) user_.was_reset(id);
  return true;
}

bool Connection::settings(PayloadReader payload) {
  const std::uint32_t count = payload.number32();
  if (!payload.has() || payload.rest().size() != std::size_t{8} * count) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t id = payload.number32() & 0xffffffU;  // above it are flags
    const std::uint32_t value = payload.number32();
    if (id == kInitialWindowSize && !initial_window(value)) return false;
  }
  return true;
}

bool Connection::initial_window(std::uint32_t size) {
  if (size > kMaxWindow) return false;
  const std::int64_t more = size - initial_window_;
  initial_window_ = size;
  has_windows_ = true;
  for (auto& [id, stream] : streams_) stream.window += more;
  return true;
}

bool Connection::window_update(PayloadReader payload) {
  const StreamId id = payload.number32() & kStreamBits;
  const std::int64_t more = payload.number32() & kStreamBits;
  if (!payload.has() || more == 0) return false;
  has_windows_ = true;
  if (id == 0) return (session_window_ += more) <= kMaxWindow;
  const auto stream = streams_.find(id);
  if (stream == streams_.end()) return true;
  stream->second.window += more;
  if (stream->second.window > kMaxWindow) {
    reset(id, ResetStatus::flow_control_error);
    user_.was_reset(id);
  }
  return true;
}

bool Connection::data(StreamId id, std::string_view bytes, bool is_last) {
  if (id == 0 || id > last_) return false;
  const auto stream = streams_.find(id);
  if (stream == streams_.end()) {  // it was sent before our reset came there
    consumed(id, bytes.size());
    return true;
  }
  if (stream->second.client_is_done) {
    reset(id, ResetStatus::protocol_error);
    user_.was_reset(id);
    return true;
  }
  if (!bytes.empty()) user_.received(id, bytes);
  if (is_last) {
    const auto still = streams_.find(id);  // the user may have reset it
    if (still != streams_.end()) client_finished(still);
  }
  return true;
}

void Connection::client_finished(Streams::iterator stream) {
  const StreamId id = stream->first;
  if (std::exchange(stream->second.client_is_done, true)) return;
  user_.finished(id);
  forget_if_done(id);
}

void Connection::forget_if_done(StreamId id) {
  const auto stream = streams_.find(id);
  if (stream != streams_.end() && stream->second.client_is_done && stream->second.server_is_done)
    streams_.erase(stream);
}

bool Connection::is_open_for_sending(StreamId id) const {
  const auto stream = streams_.find(id);
  return !is_over_ && stream != streams_.end() && !stream->second.server_is_done;
}

std::size_t Connection::may_send(StreamId id, std::size_t wanted) const {
  const auto stream = streams_.find(id);
  if (stream == streams_.end() || !has_windows_) return wanted;
  const std::int64_t window = std::min(stream->second.window, session_window_);
  return window <= 0 ? 0 : std::min(wanted, static_cast<std::size_t>(window));
}

void Connection::send(StreamId id, std::string_view bytes) {
  if (!is_open_for_sending(id) || bytes.empty()) return;
  output_ += data_frame(id, 0, bytes);
  streams_[id].window -= static_cast<std::int64_t>(bytes.size());
  session_window_ -= static_cast<std::int64_t>(bytes.size());
}

void Connection::finish(StreamId id) {
  if (!is_open_for_sending(id)) return;
  output_ += data_frame(id, kFin, {});
  streams_[id].server_is_done = true;
  forget_if_done(id);
}

void Connection::reset(StreamId id, ResetStatus status) {
  if (streams_.erase(id) > 0 && !is_over_) output_ += rst_frame(id, status);
}

void Connection::consumed(StreamId id, std::size_t bytes) {
  session_consumed_ += bytes;
  if (session_consumed_ >= kTellConsumed)
    output_ += window_update_frame(0, static_cast<std::uint32_t>(std::exchange(session_consumed_, 0)));
  const auto stream = streams_.find(id);
  if (stream == streams_.end() || stream->second.client_is_done) return;
  stream->second.consumed += bytes;
  if (stream->second.consumed >= kTellConsumed)
    output_ += window_update_frame(id, static_cast<std::uint32_t>(std::exchange(stream->second.consumed, 0)));
}

}  // namespace podrun::stream::spdy
