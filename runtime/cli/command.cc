#include "runtime/cli/command.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "runtime/cli/bad_input.h"

namespace podrun::cli {
namespace {

template <class Integer>
Result<Integer> whole_number(const std::string& text) {
  Integer number = 0;
  const char* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && read == end) return number;
  return bad_input(std::string("expected a whole number") + (std::is_signed_v<Integer> ? "" : ", 0 or more"));
}

}  // namespace

Result<void> take(std::string& value, const std::string& text) {
  value = text;
  return {};
}

Result<void> take(std::optional<std::string>& value, const std::string& text) {
  value = text;
  return {};
}

Result<void> take(std::vector<std::string>& value, const std::string& text) {
  value.push_back(text);
  return {};
}

Result<void> take(std::int64_t& value, const std::string& text) {
  value = TRY(whole_number<std::int64_t>(text));
  return {};
}

Result<void> take(std::optional<std::uint32_t>& value, const std::string& text) {
  value = TRY(whole_number<std::uint32_t>(text));
  return {};
}

Result<void> take(bool& value, const std::string& text) {
  constexpr std::array<std::string_view, 6> kYes{"true", "True", "TRUE", "t", "T", "1"};
  constexpr std::array<std::string_view, 6> kNo{"false", "False", "FALSE", "f", "F", "0"};
  const bool yes = std::find(kYes.begin(), kYes.end(), text) != kYes.end();
  if (!yes && std::find(kNo.begin(), kNo.end(), text) == kNo.end()) return bad_input("expected true or false");
  value = yes;
  return {};
}

Option::Option(std::string_view names, std::string_view takes, std::string_view help, Set set)
    : takes_(takes), help_(help), set_(std::move(set)) {
  const auto dashes = names.find("--");
  if (dashes != 0) letter_ = names[1];
  name_ = names.substr(dashes + 2);
}

std::vector<Candidate> Option::candidates() const {
  if (offered_) return offered_();
  std::vector<Candidate> candidates;
  for (const std::string_view value : values_) candidates.push_back({std::string(value), ""});
  return candidates;
}

Result<void> Option::give(const std::string& text) {
  if (!splits_) return give_one(text);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    TRY(give_one(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return {};
}

Result<void> Option::give_one(const std::string& text) {
  const auto allows = [&](std::string_view value) {
    return value == text || (value.ends_with('=') && text.starts_with(value));
  };
  if (values_.empty() || std::any_of(values_.begin(), values_.end(), allows)) return set_(text);
  std::string expected;
  for (const std::string_view value : values_) expected.append(expected.empty() ? "" : ", ").append(value);
  return bad_input("expected one of: " + expected);
}

}  // namespace podrun::cli
