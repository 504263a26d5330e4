// The addresses that this machine is reached by.
#pragma once

#include <string>
#include <vector>

namespace podrun {

// Of IPv4 and of IPv6, where it has a way out over it: the one its packets leave with. None where it has neither.
std::vector<std::string> host_addresses();

}  // namespace podrun
