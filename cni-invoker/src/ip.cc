#include "ip.h"

#include <charconv>

#include "cni/base/ip.h"

namespace cni {

Family family_of(std::string_view address) {
  const auto value = base::IpAddress::parse(address);
  if (!value) return Family::none;
  return value->is_v4() ? Family::v4 : Family::v6;
}

Family family_of_cidr(std::string_view cidr) {
  const auto slash = cidr.find('/');
  if (slash == std::string_view::npos) return Family::none;
  const std::string_view address = cidr.substr(0, slash);
  const std::string_view digits = cidr.substr(slash + 1);
  int length = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const int longest = address.find(':') == std::string_view::npos ? 32 : 128;  // also of a v4-mapped one
  if (error != std::errc() || end != digits.data() + digits.size() || length < 0 || length > longest)
    return Family::none;
  return family_of(address);
}

}  // namespace cni
