#include "runtime/plan/annotations.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "base/ip.h"

namespace podrun::annotations {

const std::string* find(const Annotations& annotations, const std::string& name) {
  const auto found = annotations.find(name);
  return found == annotations.end() ? nullptr : &found->second;
}

std::vector<std::string> networks_asked_for(const Annotations& annotations, const std::vector<std::string>& typed) {
  const std::string* const own = find(annotations, kOwnNetworks);
  return typed.empty() && own != nullptr ? comma_separated(*own) : typed;
}

Error bad(const std::string& name, const std::string& where, const std::string& expected, const std::string& found) {
  return {Kind::invalid, 0,
          "metadata.annotations[" + name + "]" + where + ": expected " + expected + ", found '" + found + "'"};
}

std::vector<std::string> comma_separated(const std::string& text) {
  constexpr const char* kBlanks = " \t\r\n";
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::size_t first = text.find_first_not_of(kBlanks, at);
    if (first < comma) parts.push_back(text.substr(first, text.find_last_not_of(kBlanks, comma - 1) + 1 - first));
    at = comma + 1;
  }
  return parts;
}

bool is_address(const std::string& text) {
  const auto slash = text.find('/');
  const auto address = base::IpAddress::parse(std::string_view(text).substr(0, slash));
  if (!address || slash == std::string::npos) return address.has_value();
  unsigned length = 0;
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data() + slash + 1, end, length);
  return error == std::errc{} && next == end && length <= (text.find(':') == std::string::npos ? 32U : 128U);
}

bool is_mac(const std::string& text) {
  if (text.size() != 17) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i % 3 == 2 ? text[i] != ':' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  return true;
}

}  // namespace podrun::annotations
