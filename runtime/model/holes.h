// Values that a text of a manifest refers to and that nobody knows yet when it is read: the pod's uid, its addresses.
// They stand in the text as NUL NAME NUL. No string of a manifest can hold a NUL byte, and none may in execve's, so
// nothing else looks like one.
#pragma once

#include <string>
#include <string_view>

namespace podrun::holes {

inline constexpr char kEdge = '\0';

// "status.podIP", say.
inline std::string make(std::string_view name) { return kEdge + std::string(name) + kEdge; }

// `value` is asked for the text of each hole, by name; null: it stays.
template <class Value>
std::string fill(std::string_view text, Value value) {
  std::string filled;
  while (!text.empty()) {
    const std::size_t begin = text.find(kEdge);
    const std::size_t end = begin == std::string_view::npos ? begin : text.find(kEdge, begin + 1);
    if (end == std::string_view::npos) break;
    filled += text.substr(0, begin);
    const auto known = value(text.substr(begin + 1, end - begin - 1));
    filled += known ? std::string_view(*known) : text.substr(begin, end + 1 - begin);
    text.remove_prefix(end + 1);
  }
  return filled += text;
}

}  // namespace podrun::holes
