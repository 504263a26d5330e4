#include "ip.h"

#include <arpa/inet.h>

#include <charconv>

namespace cni {
namespace {

enum class Spelling { none, v4, v6, mapped };

Spelling spelling_of(std::string_view address) {
  const std::string text(address);
  in6_addr bytes{};
  if (text.find('\0') != std::string::npos) return Spelling::none;
  if (::inet_pton(AF_INET, text.c_str(), &bytes) == 1) return Spelling::v4;
  if (::inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return Spelling::none;
  return IN6_IS_ADDR_V4MAPPED(&bytes) ? Spelling::mapped : Spelling::v6;
}

}  // namespace

Family family_of(std::string_view address) {
  switch (spelling_of(address)) {
    case Spelling::none:
      return Family::none;
    case Spelling::v6:
      return Family::v6;
    default:
      return Family::v4;
  }
}

Family family_of_cidr(std::string_view cidr) {
  const auto slash = cidr.find('/');
  if (slash == std::string_view::npos) return Family::none;
  const std::string_view digits = cidr.substr(slash + 1);
  int length = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const Spelling spelling = spelling_of(cidr.substr(0, slash));
  const int longest = spelling == Spelling::v4 ? 32 : 128;
  if (error != std::errc() || end != digits.data() + digits.size() || length < 0 || length > longest)
    return Family::none;
  return family_of(cidr.substr(0, slash));
}

}  // namespace cni
