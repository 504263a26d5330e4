// The server's side of one SPDY/3.1 connection, without input or output of its own: bytes of the client go in, what
// happened is told, bytes for the client come out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/stream/mux.h"
#include "runtime/stream/spdy/frame.h"
#include "runtime/stream/spdy/header_block.h"

namespace podrun::stream::spdy {

class Connection : private FrameReader::Sink {
 public:
  // `user` hears of streams, but not gone(). `most_streams` may be open at a time.
  Connection(Mux::User& user, std::size_t most_streams) : user_(user), most_streams_(most_streams) {}

  // False: the client broke the protocol or said goodbye. What take_output() still has is its answer; nothing may
  // follow.
  bool feed(std::string_view bytes);

  // How much of `wanted` may be sent on a stream now. Clients of Go neither open windows nor keep to ours, so windows
  // count from the first frame in which a client speaks of them; until then everything may be sent.
  std::size_t may_send(StreamId stream, std::size_t wanted) const;

  // On a stream that is not open (any more) these do nothing.
  void send(StreamId stream, std::string_view bytes);  // no more than may_send()
  void finish(StreamId stream);
  void reset(StreamId stream, ResetStatus status);
  void consumed(StreamId stream, std::size_t bytes);

  bool is_open_for_sending(StreamId stream) const;
  std::string take_output() { return std::exchange(output_, {}); }
  bool has_output() const { return !output_.empty(); }

 private:
  struct Stream {
    std::int64_t window = 0;   // what the client takes
    std::size_t consumed = 0;  // and was not told of
    bool client_is_done = false;
    bool server_is_done = false;
  };
  using Streams = std::map<StreamId, Stream>;

  bool control(FrameType type, std::uint8_t flags, std::string_view payload) override;
  bool data(StreamId stream, std::string_view bytes, bool is_last) override;
  bool syn_stream(std::uint8_t flags, PayloadReader payload);
  bool more_headers(std::uint8_t flags, PayloadReader payload);
  bool rst_stream(PayloadReader payload);
  bool settings(PayloadReader payload);
  bool initial_window(std::uint32_t size);
  bool window_update(PayloadReader payload);
  void client_finished(Streams::iterator stream);
  void forget_if_done(StreamId id);

  Mux::User& user_;
  std::size_t most_streams_;
  FrameReader reader_;
  HeaderReader header_reader_;
  HeaderWriter header_writer_;
  Streams streams_;
  StreamId last_ = 0;  // the highest id that the client has used
  bool has_windows_ = false;
  std::int64_t initial_window_ = 64 << 10;
  std::int64_t session_window_ = 64 << 10;
  std::size_t session_consumed_ = 0;
  bool is_over_ = false;
  std::string output_;
};

}  // namespace podrun::stream::spdy
