#include "runtime/stream/channel_messages.h"

#include <nettle/base64.h>

namespace podrun::stream {
namespace {

constexpr unsigned kClose = 255;

}  // namespace

bool ChannelReader::feed(std::string_view part, bool is_last, Sink& sink) {
  const bool is_well = take(part, is_last, sink);
  if (is_last) {
    message_.clear();
    has_channel_ = false;
  }
  return is_well;
}

bool ChannelReader::take(std::string_view part, bool is_last, Sink& sink) {
  if (form_.is_base64) {
    message_ += part;
    if (message_.size() > kMaxChannelMessage) return false;
    return !is_last || read_base64(sink);
  }
  if (!has_channel_) {
    if (part.empty()) return true;  // an empty message says nothing
    channel_ = static_cast<unsigned char>(part.front());
    has_channel_ = true;
    part.remove_prefix(1);
  }
  if (!form_.has_close || channel_ != kClose) {
    if (!part.empty()) sink.data(channel_, part);
    return true;
  }
  message_ += part.substr(0, 2);
  if (message_.size() > 1 || (is_last && message_.empty())) return false;
  if (is_last) sink.closed(static_cast<unsigned char>(message_.front()));
  return true;
}

bool ChannelReader::read_base64(Sink& sink) {
  if (message_.empty()) return true;
  if (message_.front() < '0' || message_.front() > '9') return false;
  const std::string_view coded = std::string_view(message_).substr(1);
  std::string bytes(BASE64_DECODE_LENGTH(coded.size()), '\0');
  base64_decode_ctx context{};
  ::nettle_base64_decode_init(&context);
  std::size_t size = bytes.size();
  if (::nettle_base64_decode_update(&context, &size, reinterpret_cast<std::uint8_t*>(bytes.data()), coded.size(),
                                    coded.data()) == 0)
    return false;
  if (::nettle_base64_decode_final(&context) == 0) return false;
  if (size > 0) sink.data(static_cast<unsigned>(message_.front() - '0'), std::string_view(bytes).substr(0, size));
  return true;
}

std::string channel_message(ChannelForm form, unsigned channel, std::string_view bytes) {
  std::string message(1, static_cast<char>(form.is_base64 ? '0' + channel : channel));
  if (!form.is_base64) return message += bytes;
  message.resize(1 + BASE64_ENCODE_RAW_LENGTH(bytes.size()));
  ::nettle_base64_encode_raw(&message[1], bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  return message;
}

}  // namespace podrun::stream
