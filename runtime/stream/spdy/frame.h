// The frames of SPDY/3.1 (draft-mbelshe-httpbis-spdy-00 with the session window of 3.1), read and written. No state but
// where in a frame the reader stands; what frames mean is connection.h's.
//
//   control: 1, version 15 | type 16 | flags 8 | length 24 | payload         data: 0, stream 31 | flags 8 | length 24 |
//   bytes
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/stream/mux.h"

namespace podrun::stream::spdy {

enum class FrameType : std::uint16_t {
  syn_stream = 1,
  syn_reply = 2,
  rst_stream = 3,
  settings = 4,
  ping = 6,
  goaway = 7,
  headers = 8,
  window_update = 9,
};

constexpr std::uint8_t kFin = 1;                 // of SYN_STREAM, SYN_REPLY, HEADERS and data: the sender's last
constexpr std::uint32_t kInitialWindowSize = 7;  // the id of a setting
constexpr std::size_t kMaxControlPayload = 16U
                                           << 10U;  // what we read; header blocks of clients have some hundred bytes

enum class ResetStatus : std::uint32_t {
  protocol_error = 1,
  invalid_stream = 2,
  refused_stream = 3,
  cancel = 5,
  flow_control_error = 7,
};

enum class GoawayStatus : std::uint32_t { ok = 0, protocol_error = 1 };

// Cuts a stream of bytes into frames, however it arrives. Payloads of control frames are handed over whole, data as it
// comes, so that a frame of 16 MiB takes no memory.
class FrameReader {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    // False: the sink wants no more, and the bytes that follow are not looked at.
    virtual bool control(FrameType type, std::uint8_t flags, std::string_view payload) = 0;
    // A part of a frame, the first of which is empty and comes with its head; `is_last` with the last one of a frame
    // that has the flag FIN.
    virtual bool data(StreamId stream, std::string_view bytes, bool is_last) = 0;
  };

  // False: not SPDY/3, a control frame above kMaxControlPayload, or the sink's answer. The reader is of no use then.
  bool feed(std::string_view bytes, Sink& sink);

 private:
  bool begin_frame(Sink& sink);

  std::string head_;      // of the frame that has begun, up to 8 bytes
  std::string payload_;   // of a control frame
  std::size_t left_ = 0;  // bytes of the frame's payload that are still to come
  bool is_in_frame_ = false;
  bool is_control_ = false;
  FrameType type_{};
  StreamId stream_ = 0;
  std::uint8_t flags_ = 0;
};

// Numbers in a payload, big-endian; `has` is false, and stays so, once more was asked for than there is.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint32_t number32();
  std::string_view rest() const { return bytes_; }
  bool has() const { return has_; }
  void skip(std::size_t bytes);

 private:
  std::string_view bytes_;
  bool has_ = true;
};

void append32(std::string& to, std::uint32_t number);

std::string syn_stream_frame(StreamId stream, std::uint8_t flags, std::string_view header_block);
std::string syn_reply_frame(StreamId stream, std::string_view header_block);
std::string rst_frame(StreamId stream, ResetStatus status);
std::string settings_frame(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& settings);
std::string ping_frame(std::uint32_t id);
std::string goaway_frame(StreamId last, GoawayStatus status);
std::string window_update_frame(StreamId stream, std::uint32_t bytes);
std::string data_frame(StreamId stream, std::uint8_t flags, std::string_view bytes);  // at most 2^24 - 1 bytes

}  // namespace podrun::stream::spdy
