// Addresses as text: is it one, and of which family.
#pragma once

#include <string>
#include <string_view>

namespace cni {

enum class Family { none, v4, v6 };

// none when it is no address. A v4-mapped IPv6 address counts as v4, as plugins written in Go see it.
Family family_of(std::string_view address);
// "10.1.0.5/16": none unless address and prefix length are good. Host bits may be set.
Family family_of_cidr(std::string_view cidr);

}  // namespace cni
