// The rows of chapter P, each part in the file of its name.
#pragma once

#include <vector>

#include "kit/src/check.h"

namespace cni::kit {

std::vector<Check> route_checks();      // between pods, host and outside
std::vector<Check> host_port_checks();  // ports of the host that are pods'
std::vector<Check> size_checks();       // of packets, and rates
std::vector<Check> link_checks();       // what is below IP: isolation, multicast, sub-interfaces
std::vector<Check> filter_checks();     // the plugin firewall
std::vector<Check> vlan_checks();       // VLANs and VRFs
std::vector<Check> tap_checks();        // the plugin tap
std::vector<Check> lease_checks();      // the plugin dhcp

constexpr Applies kOnceInterfaces{.roles = kInterfaces | kChained, .once = true};

// Of what a plugin promises beside the specification; `section` says where.
inline Check documented_row(const char* id, const char* title, const char* section, Verdict (*run)(Lab&)) {
  return {{id, Level::should, title, section, true}, kOnceInterfaces, run};
}

}  // namespace cni::kit
