// IP addresses as sockets have them: of both families as IPv6, since our sockets are of both.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>

#include "cni/base/fd.h"
#include "cni/base/ip.h"
#include "cni/base/result.h"
#include "kit/src/prober/place.h"

namespace cni::kit {

sockaddr_in6 socket_address(const base::IpAddress& address, std::uint16_t port);
base::IpAddress address_of(const sockaddr_in6& address);

// In the calling thread's network namespace, for IPv4 and IPv6, close-on-exec and not blocking. `type`: SOCK_STREAM …
Result<Fd> open_socket(int type);

inline constexpr int kYes = 1;  // as setsockopt takes it

// Whether any of poll's `events`, or an error, came within the limit.
bool wait_for(const Fd& socket, short events, std::chrono::milliseconds limit);

Result<void> bind_to_device(const Fd& socket, const std::string& device);

// A socket in the place's namespace, that sends from the place's source, by its device.
Result<Fd> open_client(const Place& place, int type, bool is_v4);

}  // namespace cni::kit
