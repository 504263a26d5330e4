// An IP address and a port as socket calls take them.
#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "base/ip.h"
#include "runtime/kernel/types.h"

namespace podrun {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

SocketAddress socket_address(const base::IpAddress& ip, std::uint16_t port);

// The port that a bound socket has.
Result<std::uint16_t> bound_port(int socket);

}  // namespace podrun
