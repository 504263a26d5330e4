#include "cni/base/printable.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace cni::base {
namespace {

struct Character {
  char32_t code_point = 0;
  std::size_t length = 0;  // 0: no UTF-8
};

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// RFC 3629: the shortest form only, no surrogates, nothing above U+10FFFF.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xc0 || lead > 0xf4 || text.size() < length) return {};
  char32_t code_point = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text[i])) return {};
    code_point = (code_point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  const bool valid =
      code_point >= kLeast[length] && code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
  return valid ? Character{code_point, length} : Character{};
}

bool is_obeyed(char32_t c) {
  if (c == '\n' || c == '\t') return false;
  const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
  const bool turns =
      c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  const bool character = (c & 0xfffe) != 0xfffe && (c < 0xfdd0 || c > 0xfdef);
  return control || turns || !character;
}

std::string escaped(const char* format, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

// The first character of `text`, which is `next`.
std::string shown_as(std::string_view text, const Character& next) {
  if (next.length == 0) return escaped("\\x%02x", static_cast<unsigned char>(text.front()));
  if (!is_obeyed(next.code_point)) return std::string(text.substr(0, next.length));
  return escaped(next.length == 1 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(next.code_point));
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  std::string shown;
  shown.reserve(std::min(text.size(), most));
  while (!text.empty()) {
    const Character next = first_character(text);
    const std::string one = shown_as(text, next);
    if (one.size() > most - shown.size()) break;
    shown += one;
    text.remove_prefix(next.length == 0 ? 1 : next.length);
  }
  return shown;
}

}  // namespace cni::base
