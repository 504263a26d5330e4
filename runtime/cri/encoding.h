// Bytes in texts.
#pragma once

#include <string>
#include <string_view>

namespace podrun::cri {

std::string to_base64(std::string_view bytes);
std::string from_base64(std::string_view text);  // empty where it is none

// 64 hex digits.
std::string sha256(std::string_view bytes);

}  // namespace podrun::cri
