// The address of a link, as it is written.
#pragma once

#include <string>
#include <string_view>

namespace podrun::packet {

inline std::string mac_text(std::string_view bytes) {  // "0a:58:0a:01:00:02"
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!text.empty()) text += ':';
    text += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return text;
}

}  // namespace podrun::packet
