// Names of header fields, which HTTP and SPDY compare without regard to case.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace podrun::stream {

inline std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

}  // namespace podrun::stream
