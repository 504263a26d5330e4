#include "runtime/kernel/socket_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace podrun {

SocketAddress socket_address(const base::IpAddress& ip, std::uint16_t port) {
  SocketAddress address;
  if (ip.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, ip.bytes().data() + 12, sizeof(v4.sin_addr));
    address.size = sizeof(v4);
    std::memcpy(&address.storage, &v4, sizeof(v4));
    return address;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, ip.bytes().data(), sizeof(v6.sin6_addr));
  address.size = sizeof(v6);
  std::memcpy(&address.storage, &v6, sizeof(v6));
  return address;
}

Result<std::uint16_t> bound_port(int socket) {
  SocketAddress address;
  address.size = sizeof(address.storage);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0)
    return Error::system(errno, "ask a socket for its port");
  const bool is_v4 = address.family() == AF_INET;
  return ntohs(is_v4 ? reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port
                     : reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port);
}

}  // namespace podrun
