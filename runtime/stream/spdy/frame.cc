#include "runtime/stream/spdy/frame.h"

#include <algorithm>

namespace podrun::stream::spdy {
namespace {

constexpr std::size_t kHead = 8;
constexpr std::uint32_t kControl = 0x80000000;
constexpr std::uint32_t kVersion = 3;

std::uint32_t read32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::string control_frame(FrameType type, std::uint8_t flags, std::string_view payload) {
  std::string frame;
  append32(frame, kControl | kVersion << 16U | static_cast<std::uint32_t>(type));
  append32(frame, static_cast<std::uint32_t>(flags) << 24U | static_cast<std::uint32_t>(payload.size()));
  frame += payload;
  return frame;
}

std::string two_numbers(std::uint32_t first, std::uint32_t second) {
  std::string payload;
  append32(payload, first);
  append32(payload, second);
  return payload;
}

}  // namespace

bool FrameReader::begin_frame(Sink& sink) {
  const std::uint32_t first = read32(head_);
  const std::uint32_t second = read32(std::string_view(head_).substr(4));
  head_.clear();
  is_in_frame_ = true;
  is_control_ = (first & kControl) != 0;
  flags_ = static_cast<std::uint8_t>(second >> 24U);
  left_ = second & 0xffffffU;
  if (!is_control_) {
    stream_ = first;
    is_in_frame_ = left_ > 0;
    return sink.data(stream_, {}, !is_in_frame_ && (flags_ & kFin) != 0);
  }
  if ((first >> 16U & 0x7fffU) != kVersion || left_ > kMaxControlPayload) return false;
  type_ = static_cast<FrameType>(first & 0xffffU);
  payload_.clear();
  if (left_ > 0) return true;
  is_in_frame_ = false;
  return sink.control(type_, flags_, {});
}

bool FrameReader::feed(std::string_view bytes, Sink& sink) {
  while (!bytes.empty()) {
    if (!is_in_frame_) {
      const std::size_t wanted = std::min(kHead - head_.size(), bytes.size());
      head_ += bytes.substr(0, wanted);
      bytes.remove_prefix(wanted);
      if (head_.size() == kHead && !begin_frame(sink)) return false;
      continue;
    }
    const std::string_view part = bytes.substr(0, left_);
    bytes.remove_prefix(part.size());
    left_ -= part.size();
    is_in_frame_ = left_ > 0;
    if (!is_control_) {
      if (!sink.data(stream_, part, !is_in_frame_ && (flags_ & kFin) != 0)) return false;
      continue;
    }
    payload_ += part;
    if (!is_in_frame_ && !sink.control(type_, flags_, payload_)) return false;
  }
  return true;
}

std::uint32_t PayloadReader::number32() {
  has_ = has_ && bytes_.size() >= 4;
  if (!has_) return 0;
  const std::uint32_t number = read32(bytes_);
  bytes_.remove_prefix(4);
  return number;
}

void PayloadReader::skip(std::size_t bytes) {
  has_ = has_ && bytes_.size() >= bytes;
  if (has_) bytes_.remove_prefix(bytes);
}

void append32(std::string& to, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(number >> static_cast<unsigned>(shift) & 0xffU);
}

std::string syn_stream_frame(StreamId stream, std::uint8_t flags, std::string_view header_block) {
  std::string payload = two_numbers(stream, 0);
  payload.append(2, '\0');  // priority and slot
  payload += header_block;
  return control_frame(FrameType::syn_stream, flags, payload);
}

std::string syn_reply_frame(StreamId stream, std::string_view header_block) {
  std::string payload;
  append32(payload, stream);
  payload += header_block;
  return control_frame(FrameType::syn_reply, 0, payload);
}

std::string rst_frame(StreamId stream, ResetStatus status) {
  return control_frame(FrameType::rst_stream, 0, two_numbers(stream, static_cast<std::uint32_t>(status)));
}

std::string settings_frame(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& settings) {
  std::string payload;
  append32(payload, static_cast<std::uint32_t>(settings.size()));
  for (const auto& [id, value] : settings) payload += two_numbers(id, value);
  return control_frame(FrameType::settings, 0, payload);
}

std::string ping_frame(std::uint32_t id) {
  std::string payload;
  append32(payload, id);
  return control_frame(FrameType::ping, 0, payload);
}

std::string goaway_frame(StreamId last, GoawayStatus status) {
  return control_frame(FrameType::goaway, 0, two_numbers(last, static_cast<std::uint32_t>(status)));
}

std::string window_update_frame(StreamId stream, std::uint32_t bytes) {
  return control_frame(FrameType::window_update, 0, two_numbers(stream, bytes));
}

std::string data_frame(StreamId stream, std::uint8_t flags, std::string_view bytes) {
  std::string frame =
      two_numbers(stream, static_cast<std::uint32_t>(flags) << 24U | static_cast<std::uint32_t>(bytes.size()));
  frame += bytes;
  return frame;
}

}  // namespace podrun::stream::spdy
