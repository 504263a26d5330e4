#include "cni/base/ip.h"

#include <arpa/inet.h>

#include <algorithm>

namespace cni::base {
namespace {

constexpr std::array<unsigned char, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string spelled(text);
  IpAddress address;
  if (::inet_pton(AF_INET, spelled.c_str(), address.bytes_.data() + kV4Prefix.size()) == 1)
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes_.begin());
  else if (::inet_pton(AF_INET6, spelled.c_str(), address.bytes_.data()) != 1)
    return std::nullopt;
  return address;
}

std::optional<IpAddress> IpAddress::of_bytes(std::string_view bytes) {
  IpAddress address;
  if (bytes.size() != 4 && bytes.size() != address.bytes_.size()) return std::nullopt;
  if (bytes.size() == 4) std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes_.begin());
  std::copy(bytes.begin(), bytes.end(), address.bytes_.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return address;
}

bool IpAddress::is_v4() const { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin()); }

bool IpAddress::is_any() const {
  return std::all_of(bytes_.begin() + (is_v4() ? kV4Prefix.size() : 0), bytes_.end(),
                     [](unsigned char byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[kV4Prefix.size()] == 127;
  return bytes_.back() == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](unsigned char byte) { return byte == 0; });
}

std::string IpAddress::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4())
    ::inet_ntop(AF_INET, bytes_.data() + kV4Prefix.size(), text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

bool same_address(std::string_view one, std::string_view other) {
  const auto first = IpAddress::parse(one);
  const auto second = IpAddress::parse(other);
  return first && second ? *first == *second : one == other;
}

}  // namespace cni::base
