// Messages of the WebSocket protocols of Kubernetes: the number of a channel, then bytes for it.
//
//   binary:  channel byte, bytes                        v5 also: 255, n: the sender is done with channel n
//   base64:  the channel as an ASCII digit, Base64      (text)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace podrun::stream {

constexpr std::size_t kMaxChannelMessage = 1U << 20U;  // what we read; clients send 32 KiB

struct ChannelForm {
  bool is_base64 = false;
  bool has_close = false;
};

class ChannelReader {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void data(unsigned channel, std::string_view bytes) = 0;
    virtual void closed(unsigned channel) = 0;
  };

  explicit ChannelReader(ChannelForm form) : form_(form) {}

  // A part of a message; behind a last one the next message begins. False: it has no meaning. Binary data is handed over
  // as it comes.
  bool feed(std::string_view part, bool is_last, Sink& sink);

 private:
  bool take(std::string_view part, bool is_last, Sink& sink);
  bool read_base64(Sink& sink);

  ChannelForm form_;
  std::string message_;  // what cannot be handed over yet
  bool has_channel_ = false;
  unsigned channel_ = 0;
};

std::string channel_message(ChannelForm form, unsigned channel, std::string_view bytes);

}  // namespace podrun::stream
