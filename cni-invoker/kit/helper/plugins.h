// What cni-kit-plugin can be.
#pragma once

#include <memory>

#include "cni/skel.h"

namespace cni::kit {

// kit-first: an interface plugin that takes no IPAM. A veth pair, of which the pod has one end, with a network of two
// addresses in each family, and default routes: 10.236.0.2/30 by .1, fd00:236:1::2/64 by ::1. On the host
// the other end is kitf1, and packets are forwarded.
std::unique_ptr<Plugin> first_plugin();

// kit-ipam: addresses of 10.235.0.0/16 and fd00:235::/64, and default routes by their first ones; where its
// configuration has "routes", those to its "dst", without gateways.
std::unique_ptr<Plugin> ipam_plugin();

}  // namespace cni::kit
