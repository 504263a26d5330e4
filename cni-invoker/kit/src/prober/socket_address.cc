#include "kit/src/prober/socket_address.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace cni::kit {

sockaddr_in6 socket_address(const base::IpAddress& address, std::uint16_t port) {
  sockaddr_in6 all{};
  all.sin6_family = AF_INET6;
  all.sin6_port = htons(port);
  std::memcpy(&all.sin6_addr, address.bytes().data(), sizeof all.sin6_addr);
  return all;
}

base::IpAddress address_of(const sockaddr_in6& address) {
  return *base::IpAddress::of_bytes({reinterpret_cast<const char*>(&address.sin6_addr), sizeof address.sin6_addr});
}

Result<Fd> open_socket(int type) {
  Fd socket(::socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return Error::system(errno, "open a socket");
  constexpr int kNo = 0;
  if (::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &kNo, sizeof kNo) != 0)
    return Error::system(errno, "open a socket of both families");
  return socket;
}

}  // namespace cni::kit
