// Ports of the caller's network namespace, and who holds them.
#pragma once

#include <cstdint>
#include <string>

#include "base/ip.h"
#include "runtime/kernel/types.h"

namespace podrun::ports {

// Whether a socket has the port on that address; on any of its family where it is 0.0.0.0 or ::. Connections that ended
// a moment ago (TIME_WAIT) have none. `protocol` is tcp, udp or sctp; what the kernel has not, nobody holds.
Result<bool> is_held(const std::string& protocol, const base::IpAddress& address, std::uint16_t port);

// "process 17 (nginx)", or "a process" where that is not to be found out.
std::string holder(const std::string& protocol, std::uint16_t port);

}  // namespace podrun::ports
