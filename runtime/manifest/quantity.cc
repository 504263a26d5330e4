#include "runtime/manifest/quantity.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

// digits × 10^tens × 2^twos
struct Quantity {
  std::uint64_t digits = 0;
  int tens = 0;
  int twos = 0;
  char suffix = 0;  // its first letter
};

struct Rounded {
  std::uint64_t whole = 0;
  bool exact = true;
};

struct Suffix {
  std::string_view name;
  int tens, twos;
};
constexpr Suffix kSuffixes[] = {
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// "e3", "E-2": a suffix that is an exponent. "E" alone is exa.
std::optional<int> exponent(std::string_view suffix) {
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  suffix.remove_prefix(1);
  const bool plus = suffix[0] == '+';
  if (plus) suffix.remove_prefix(1);
  int value = 0;
  const char* const end = suffix.data() + suffix.size();
  const auto [stop, error] = std::from_chars(suffix.data(), end, value);
  if (suffix.empty() || (plus && suffix[0] == '-') || stop != end || error != std::errc{} || value < -99 || value > 99)
    return std::nullopt;
  return value;
}

Error refuse_quantity(std::string_view text, std::string_view problem) {
  return {Kind::invalid, 0, quote(text) + " " + std::string(problem)};
}

Result<Quantity> parse_quantity(const std::string_view text) {
  const Error malformed = refuse_quantity(text, "is no quantity, such as 2, 0.5, 100m, 64Mi or 1G");
  std::string_view rest = text;
  if (rest.starts_with('-')) return refuse_quantity(text, "is negative");
  if (rest.starts_with('+')) rest.remove_prefix(1);

  std::string digits(take_digits(rest));
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
  }
  digits += fraction;
  if (digits.empty()) return malformed;

  Quantity quantity;
  quantity.tens = -static_cast<int>(std::min<std::size_t>(fraction.size(), 1000));
  if (const auto tens = exponent(rest)) {
    quantity.tens += *tens;
  } else {
    const auto suffix =
        std::find_if(std::begin(kSuffixes), std::end(kSuffixes), [&](const Suffix& s) { return s.name == rest; });
    if (suffix == std::end(kSuffixes)) return malformed;
    quantity.tens += suffix->tens;
    quantity.twos = suffix->twos;
    quantity.suffix = rest.empty() ? '\0' : rest[0];
  }

  while (digits.size() > 1 && digits.back() == '0') {
    digits.pop_back();
    ++quantity.tens;
  }
  const std::size_t leading = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  digits.erase(0, leading);
  const char* const end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, quantity.digits).ec != std::errc{} || fraction.size() > 1000)
    return refuse_quantity(text, "has too many digits");
  return quantity;
}

// Rounds up; nothing where it is more than 64 bits.
std::optional<Rounded> evaluate(Quantity quantity) {
  if (quantity.digits == 0) return Rounded{};
  Rounded result{quantity.digits, true};
  for (; quantity.tens > 0; --quantity.tens) {
    if (result.whole > kMax / 10) return std::nullopt;
    result.whole *= 10;
  }
  // 10^-n = 5^-n × 2^-n. Long division keeps the remainder, which is below 5^27 and so may be doubled in 64 bits.
  std::uint64_t divisor = 1;
  for (; quantity.tens < 0; ++quantity.tens) {
    if (divisor > kMax / 10) return Rounded{1, false};  // less than 2^64 × 10^-27 × 2^60: a fraction for every suffix
    divisor *= 5;
    --quantity.twos;
  }
  std::uint64_t remainder = result.whole % divisor;
  result.whole /= divisor;
  for (; quantity.twos > 0; --quantity.twos) {
    if (result.whole > kMax / 2) return std::nullopt;
    remainder *= 2;
    result.whole = result.whole * 2 + remainder / divisor;
    remainder %= divisor;
  }
  result.exact = remainder == 0;
  for (; quantity.twos < 0; ++quantity.twos) {
    result.exact = result.exact && result.whole % 2 == 0;
    result.whole /= 2;
  }
  if (!result.exact && result.whole == kMax) return std::nullopt;
  result.whole += result.exact ? 0U : 1U;
  return result;
}

}  // namespace

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const Quantity quantity = TRY(parse_quantity(text));
  if (quantity.suffix == 'm' || quantity.suffix == 'u' || quantity.suffix == 'n')
    return refuse_quantity(text, "is less than bytes can be split into; did you mean M or Mi?");
  const auto bytes = evaluate(quantity);
  if (!bytes || bytes->whole > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return refuse_quantity(text, "is too large");
  return bytes->whole;
}

Result<std::uint64_t> parse_processors(std::string_view text) {
  constexpr std::uint64_t kMost = 1'000'000'000;
  Quantity quantity = TRY(parse_quantity(text));
  quantity.tens += 3;
  const auto thousandths = evaluate(quantity);
  if (!thousandths || thousandths->whole > kMost) return refuse_quantity(text, "is too large");
  if (!thousandths->exact) return refuse_quantity(text, "is finer than 1m, a thousandth of a processor");
  return thousandths->whole;
}

Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t most) {
  const auto count = evaluate(TRY(parse_quantity(text)));
  if (count && !count->exact) return refuse_quantity(text, "is no whole number");
  if (!count || count->whole == 0 || count->whole > most)
    return refuse_quantity(text, "is out of range: expected 1 to " + std::to_string(most));
  return count->whole;
}

}  // namespace podrun::manifest
