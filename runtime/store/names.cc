#include "runtime/store/names.h"

#include <algorithm>
#include <cstddef>

namespace podrun {
namespace {

constexpr std::size_t kIdLength = 64;
constexpr std::size_t kNameLimit = 253;  // RFC 1123 subdomain

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

}  // namespace

bool is_pod_id(std::string_view id) {
  return id.size() == kIdLength &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > kNameLimit) return false;
  if (!is_alphanumeric(name.front()) || !is_alphanumeric(name.back())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; });
}

}  // namespace podrun
