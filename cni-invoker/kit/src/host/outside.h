// A machine beyond the host: a network namespace at the other end of the host's link up0, to which the host sends what
// is for neither itself nor a pod, and which sends to the host what is for pods.
//
//   host up0   198.51.100.1/24  2001:db8:1::1/64
//   outside    198.51.100.2/24  2001:db8:1::2/64
#pragma once

#include <string>

#include "cni/base/ip.h"
#include "cni/base/result.h"

namespace cni::kit {

struct Uplink {
  std::string netns = "/run/netns/outside";
  std::string link = "up0";  // the host's end
  base::IpAddress host_v4 = *base::IpAddress::parse("198.51.100.1");
  base::IpAddress host_v6 = *base::IpAddress::parse("2001:db8:1::1");
  base::IpAddress outside_v4 = *base::IpAddress::parse("198.51.100.2");
  base::IpAddress outside_v6 = *base::IpAddress::parse("2001:db8:1::2");
  const base::IpAddress& host(bool is_v4) const { return is_v4 ? host_v4 : host_v6; }
  const base::IpAddress& outside(bool is_v4) const { return is_v4 ? outside_v4 : outside_v6; }
};

// In the host's network namespace, once in a host.
Result<Uplink> make_outside();

}  // namespace cni::kit
