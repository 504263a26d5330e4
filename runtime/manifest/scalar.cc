#include "runtime/manifest/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> kTrue = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                                    "on",   "On",   "ON",   "y",   "Y"};
constexpr std::array<std::string_view, 11> kFalse = {"false", "False", "FALSE", "no", "No", "NO",
                                                     "off",   "Off",   "OFF",   "n",  "N"};
constexpr std::array<std::string_view, 12> kNotFinite = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
                                                         "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

struct Base {
  int base;
  std::string_view digits;
};
Base base_of(std::string_view digits) {
  if (digits.size() > 2 && digits[0] == '0') {
    switch (digits[1]) {
      case 'x':
      case 'X':
        return {16, digits.substr(2)};
      case 'o':
      case 'O':
        return {8, digits.substr(2)};
      case 'b':
      case 'B':
        return {2, digits.substr(2)};
      default:
        break;
    }
  }
  if (digits.size() > 1 && digits[0] == '0') return {8, digits.substr(1)};
  return {10, digits};
}

std::optional<Json> as_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto [base, digits] = base_of(text);
  std::uint64_t magnitude = 0;
  const char* const end = digits.data() + digits.size();
  if (const auto [stop, error] = std::from_chars(digits.data(), end, magnitude, base);
      digits.empty() || stop != end || error != std::errc{})
    return std::nullopt;
  if (!negative) return Json(magnitude);
  constexpr std::uint64_t kLowest = std::uint64_t{1} << 63U;
  if (magnitude > kLowest) return std::nullopt;
  return Json(static_cast<std::int64_t>(0 - magnitude));
}

// [-+]? (digits [. digits*] | . digits) ([eE] [-+]? digits)?: narrower than from_chars, which also takes "infinity".
bool looks_like_float(std::string_view text) {
  std::size_t at = 0;
  const auto skip_sign = [&] { at += at < text.size() && (text[at] == '-' || text[at] == '+') ? 1U : 0U; };
  const auto skip_digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  skip_sign();
  const std::size_t whole = skip_digits();
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction = skip_digits();
  }
  if (whole + fraction == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    skip_sign();
    if (skip_digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<Json> as_float(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return Json(value);
}

}  // namespace

Result<Json> plain_scalar(std::string_view text) {
  if (one_of(text, kNull)) return Json(nullptr);
  if (one_of(text, kTrue)) return Json(true);
  if (one_of(text, kFalse)) return Json(false);
  if (one_of(text, kNotFinite)) return Error{Kind::invalid, 0, quote(text) + " is no number that JSON can hold"};

  if (!is_digit(text[0]) && text[0] != '-' && text[0] != '+' && text[0] != '.') return Json(std::string(text));
  std::string number(text);
  std::erase(number, '_');
  if (auto integer = as_integer(number)) return *std::move(integer);
  if (auto real = as_float(number)) return *std::move(real);
  return Json(std::string(text));
}

Result<Json> tagged_scalar(std::string_view tag, std::string_view text) {
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  if (tag == "!") return Json(std::string(text));
  if (tag.empty() || tag == "?") return plain_scalar(text);
  if (!tag.starts_with(kCore)) return Error{Kind::invalid, 0, "tag " + quote(tag) + " means nothing in a manifest"};

  const std::string_view type = tag.substr(kCore.size());
  if (type == "str") return Json(std::string(text));
  Json value = TRY(plain_scalar(text));
  if ((type == "int" && value.is_number_integer()) || (type == "bool" && value.is_boolean()) ||
      (type == "null" && value.is_null()) || (type == "float" && value.is_number()))
    return value;
  return Error{Kind::invalid, 0, quote(text) + " is no " + quote("!!" + std::string(type))};
}

}  // namespace podrun::manifest
