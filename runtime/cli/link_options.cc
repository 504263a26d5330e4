#include "runtime/cli/link_options.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/joined.h"
#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

struct RateUnit {
  std::string_view name;
  double times;
};
constexpr std::array kRates{RateUnit{"gbit", 1e9}, RateUnit{"mbit", 1e6}, RateUnit{"kbit", 1e3}, RateUnit{"bit", 1}};

// The number at the beginning; `rest` is what follows.
bool take_number(std::string_view text, double& number, std::string_view& rest) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return failed == std::errc() && std::isfinite(number);
}

// "20", "1.5": no more digits than it has.
std::string short_number(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.10g", number);
  return text.data();
}

std::string rate_text(std::uint64_t rate) {
  for (const RateUnit& unit : kRates)
    if (static_cast<double>(rate) >= unit.times)
      return short_number(static_cast<double>(rate) / unit.times) + std::string(unit.name);
  return "0bit";
}

std::string delay_text(std::chrono::nanoseconds delay) {
  return short_number(static_cast<double>(delay.count()) / 1e6) + "ms";
}

}  // namespace

Result<double> parse_loss(std::string_view text) {
  double percent = 0;
  std::string_view rest;
  if (take_number(text, percent, rest) && (rest.empty() || rest == "%") && percent >= 0 && percent <= 100)
    return percent / 100;
  return Error{Kind::invalid, 0, "expected a part of all packets, such as 5%"};
}

Result<std::uint64_t> parse_rate(std::string_view text) {
  constexpr double kLeast = 1e3;
  constexpr double kMost = 1e12;
  double number = 0;
  std::string_view rest;
  const bool is_number = take_number(text, number, rest);
  std::string unit;
  for (const char c : rest) unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const RateUnit& known : kRates) {
    const bool is_short = known.times > 1 && unit == known.name.substr(0, 1);  // as pods' bandwidth annotations
    if (!is_number || (unit != known.name && !is_short)) continue;
    if (number * known.times >= kLeast && number * known.times <= kMost)
      return static_cast<std::uint64_t>(number * known.times);
  }
  return Error{Kind::invalid, 0, "expected bits a second, from 1kbit to 1000gbit, such as 10mbit"};
}

std::string link_text(const LinkQuality& quality) {
  std::vector<std::string> parts;
  if (quality.loss != 0) parts.push_back("loss " + short_number(quality.loss * 100) + "%");
  if (quality.delay.count() != 0) parts.push_back("delay " + delay_text(quality.delay));
  if (quality.rate != 0) parts.push_back("rate " + rate_text(quality.rate));
  return base::joined(parts, ", ");
}

void add_link_options(Command& command, LinkQuality& quality) {
  const Option::Set loss = [&quality](const std::string& text) -> Result<void> {
    quality.loss = TRY(parse_loss(text));
    return {};
  };
  const Option::Set delay = [&quality](const std::string& text) -> Result<void> {
    quality.delay = TRY(parse_duration(text));
    return {};
  };
  const Option::Set rate = [&quality](const std::string& text) -> Result<void> {
    quality.rate = TRY(parse_rate(text));
    return {};
  };
  command.option("--loss", loss, "PERCENT", "So many of the packets on its link are lost, each way");
  command.option("--delay", delay, "DURATION", "They take so much longer, each way: 20ms");
  command.option("--rate", rate, "RATE", "No more than so many bits a second, each way: 10mbit");
}

}  // namespace podrun::cli
