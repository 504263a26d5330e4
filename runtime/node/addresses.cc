#include "runtime/node/addresses.h"

#include <cstdio>

#include "cni/default_network.h"

namespace podrun {
namespace {

constexpr std::uint32_t kRange = 10U << 24U | 61U << 16U;
constexpr const char* kRangeV6 = "fd00:61:";

std::string hexadecimal(std::uint32_t number) {
  char text[9];
  std::snprintf(text, sizeof text, "%x", number);
  return text;
}

cni::Prefix pods(std::uint32_t number) { return {kRange | number << 8U, kNodeV4Length}; }

}  // namespace

NodeAddresses addresses_of_node(std::uint32_t number) {
  const std::string hex = hexadecimal(number);
  return {.v4 = *base::IpAddress::parse("10.61.0." + std::to_string(number)),
          .v6 = *base::IpAddress::parse(kRangeV6 + (":" + hex)),
          .pods_v4 = pods(number).to_text(),
          .pods_v6 = kRangeV6 + ("0:" + hex) + "::/64"};
}

std::string network_of_node(std::uint32_t number) { return cni::default_network_json(pods(number)); }

}  // namespace podrun
