// The data plane: whether packets go where they are meant to, and arrive as whose they are. Nothing of it is in the
// specification: what is checked is what the plugins' configurations promise, as their documentation has it.
#include <iterator>

#include "kit/src/check.h"
#include "kit/src/data_plane/rows.h"

namespace cni::kit {

std::vector<Check> data_plane_checks() {
  std::vector<Check> all;
  for (const auto part : {route_checks, host_port_checks, size_checks, link_checks, filter_checks, vlan_checks,
                          tap_checks, lease_checks}) {
    std::vector<Check> rows = part();
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace cni::kit
