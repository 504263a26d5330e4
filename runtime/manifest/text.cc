#include "runtime/manifest/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace podrun::manifest {
namespace {

constexpr std::size_t kQuotedBytes = 64;

std::string escaped(std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string line;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f)
      line += c;
    else
      line.append({'\\', 'x', kHex[byte >> 4U], kHex[byte & 0xfU]});
  }
  return line;
}

// Not through the middle of a character.
std::string_view cut(std::string_view value) {
  if (value.size() <= kQuotedBytes) return value;
  std::size_t end = kQuotedBytes;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0U) == 0x80U) --end;
  return value.substr(0, end);
}

bool is_plain_word(std::string_view key) {
  return !key.empty() && key.size() <= kQuotedBytes && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

struct Lead {
  std::uint8_t from, to;  // the first byte
  std::uint8_t second_from,
      second_to;  // the second: narrower where a wider one would be overlong, a surrogate, too high
  std::size_t length;
};
constexpr std::array<Lead, 9> kLeads = {{
    {0x00, 0x7f, 0, 0, 1},
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
}};

// Bytes of the character at the front, 0 when there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  for (const Lead& lead : kLeads) {
    if (byte(0) < lead.from || byte(0) > lead.to) continue;
    if (text.size() < lead.length) return 0;
    if (lead.length > 1 && (byte(1) < lead.second_from || byte(1) > lead.second_to)) return 0;
    for (std::size_t i = 2; i < lead.length; ++i)
      if ((byte(i) & 0xc0U) != 0x80U) return 0;
    return lead.length;
  }
  return 0;
}

}  // namespace

std::string quote(std::string_view value) {
  const std::string_view shown = cut(value);
  return "'" + escaped(shown) + (shown.size() < value.size() ? "…'" : "'");
}

std::string child_path(std::string_view path, std::string_view key) {
  std::string longer(path);
  if (is_plain_word(key)) return longer.append(path.empty() ? "" : ".").append(key);
  const std::string_view shown = cut(key);
  return longer + "[\"" + escaped(shown) + (shown.size() < key.size() ? "…\"]" : "\"]");
}

std::string child_path(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

std::string position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 = 0: the first line
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_start + 1);
}

std::optional<std::size_t> find_bad_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace podrun::manifest
