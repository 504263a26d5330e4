#include "go_json_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cni {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kDecimalDigits = "0123456789";

// Bytes of the character that the text begins with; 0: it begins with none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  // By the second byte: what a shorter form has, halves of surrogates, what is beyond U+10FFFF.
  const unsigned lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (first < 0xC2 || first > 0xF4 || byte(1) < lowest || byte(1) > highest) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  return size;
}

// Bytes that stand in a string as they are, and each for a character.
std::size_t plain_size(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(),
                                [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) >= 0x80; });
  return static_cast<std::size_t>(end - text.begin());
}

// Of a text that begins with \uXXXX: that unit of UTF-16.
std::optional<unsigned> escaped_unit(std::string_view text) {
  unsigned unit = 0;
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  const char* const end = text.data() + 6;
  const auto [stop, error] = std::from_chars(text.data() + 2, end, unit, 16);
  return error == std::errc() && stop == end ? std::optional(unit) : std::nullopt;
}
bool is_first_half(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_second_half(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

bool is_out_of_range(std::string_view number) {
  constexpr std::size_t kNeverTooLarge = 300;  // digits, where there is no exponent
  if (number.size() <= kNeverTooLarge && number.find_first_of("eE") == std::string_view::npos) return false;
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc::result_out_of_range && end == number.data() + number.size();
}

// As long: without its exponent, and if that is not enough, with a point after the first digit.
std::string in_range(std::string_view number) {
  std::string small(number);
  const std::size_t exponent = std::min(small.find_first_of("eE"), small.size());
  for (std::size_t i = exponent; i < small.size(); ++i)
    if (kDecimalDigits.find(small[i]) != std::string_view::npos) small[i] = '0';
  const std::size_t first = small.front() == '-' ? 1 : 0;
  if (!is_out_of_range(small) || small[first] == '0') return small;
  std::replace(small.begin(), small.end(), '.', '0');
  small[first + 1] = '.';
  return small;
}

class Copy {
 public:
  enum class Numbers { as_they_are, in_range };
  Copy(std::string_view text, std::string_view for_a_byte, Numbers numbers)
      : text_(text), for_a_byte_(for_a_byte), numbers_(numbers) {}

  std::string made() && {
    while (!rest().empty()) {
      if (rest().front() == '"')
        copy_string();
      else if (rest().front() == '-' || kDecimalDigits.find(rest().front()) != std::string_view::npos)
        copy_number();
      else
        take(std::min(rest().find_first_of("\"-0123456789"), rest().size()));
    }
    return std::move(made_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  void take(std::size_t size) { replace(size, rest().substr(0, size)); }
  void replace(std::size_t size, std::string_view by) {
    made_ += by;
    at_ = std::min(at_ + size, text_.size());
  }

  void copy_string() {
    take(1);
    while (!rest().empty() && rest().front() != '"') {
      if (const std::size_t plain = plain_size(rest()); plain != 0)
        take(plain);
      else if (rest().front() == '\\')
        copy_escape();
      else if (const std::size_t size = character_size(rest()); size != 0)
        take(size);
      else
        replace(1, for_a_byte_);
    }
    take(1);
  }

  void copy_escape() {
    const auto unit = escaped_unit(rest());
    if (!unit) return take(2);
    if (!is_first_half(*unit) && !is_second_half(*unit)) return take(6);
    const auto next = escaped_unit(rest().substr(6));
    if (is_first_half(*unit) && next && is_second_half(*next)) return take(12);
    replace(6, "\\ufffd");
  }

  void copy_number() {
    const std::string_view number = rest().substr(0, rest().find_first_not_of("+-.0123456789eE"));
    if (numbers_ == Numbers::in_range && is_out_of_range(number))
      replace(number.size(), in_range(number));
    else
      take(number.size());
  }

  std::string_view text_;
  std::string_view for_a_byte_;
  Numbers numbers_;
  std::string made_;
  std::size_t at_ = 0;
};

}  // namespace

std::string well_formed(std::string_view json) { return Copy(json, kReplacement, Copy::Numbers::as_they_are).made(); }

std::string stand_in(std::string_view json) { return Copy(json, "?", Copy::Numbers::in_range).made(); }

nlohmann::json parse_tree(std::string_view json) {
  return nlohmann::json::parse(Copy(json, kReplacement, Copy::Numbers::in_range).made(), nullptr, false);
}

}  // namespace cni
