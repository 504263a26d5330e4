#include "runtime/cli/quoted_text.h"

#include <charconv>

namespace podrun::cli {
namespace {

constexpr std::string_view kEscapes = "ntrabfv0\\\"'";
constexpr std::string_view kMeanings("\n\t\r\a\b\f\v\0\\\"'", 11);

void append_utf8(std::string& text, unsigned code_point) {
  const auto part = [&](unsigned shift, unsigned mark) {
    text += static_cast<char>(mark | ((code_point >> shift) & (mark == 0x80U ? 0x3fU : 0xffU)));
  };
  if (code_point < 0x80) return part(0, 0);
  if (code_point < 0x800) return part(6, 0xc0), part(0, 0x80);
  part(12, 0xe0), part(6, 0x80), part(0, 0x80);
}

// "\u00e9" and "\x41": the digits behind the letter.
bool append_number(std::string& text, std::string_view digits, std::size_t count) {
  unsigned number = 0;
  if (digits.size() < count) return false;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + count, number, 16);
  if (error != std::errc() || end != digits.data() + count) return false;
  append_utf8(text, number);
  return true;
}

}  // namespace

Result<std::string> take_quoted(std::string_view& rest) {
  const std::string_view whole = rest;
  const char quote = rest.front();
  std::string text;
  for (std::size_t i = 1; i < whole.size(); ++i) {
    if (whole[i] == quote) {
      rest = whole.substr(i + 1);
      return text;
    }
    if (whole[i] != '\\') {
      text += whole[i];
      continue;
    }
    ++i;
    const char escape = i < whole.size() ? whole[i] : '\0';
    const std::size_t digits = escape == 'u' ? 4 : escape == 'x' ? 2 : 0;
    if (digits != 0 && append_number(text, whole.substr(i + 1), digits)) {
      i += digits;
    } else if (const auto known = kEscapes.find(escape); known != std::string_view::npos && digits == 0) {
      text += kMeanings[known];
    } else {
      return Error{Kind::invalid, 0, "'\\" + std::string(1, escape) + "' in " + std::string(whole) + " is no escape"};
    }
  }
  return Error{Kind::invalid, 0, "the quote of " + std::string(whole) + " is not closed"};
}

}  // namespace podrun::cli
