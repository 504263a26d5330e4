#include "kit/src/prober/socket_address.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "cni/base/try.h"
#include "cni/in_netns.h"

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

bool wait_for(const Fd& socket, short events, std::chrono::milliseconds limit) {
  pollfd polled{socket.get(), events, 0};
  return ::poll(&polled, 1, static_cast<int>(limit.count())) > 0;
}

Result<void> bind_to_device(const Fd& socket, const std::string& device) {
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, device.c_str(), static_cast<socklen_t>(device.size())) !=
      0)
    return Error::system(errno, "send by '" + device + "'");
  return {};
}

Result<Fd> open_client(const Place& place, int type, bool is_v4) {
  Fd socket = TRY(in_netns(place.netns, [&] { return open_socket(type); }));
  if (!place.device.empty()) TRY(bind_to_device(socket, place.device));
  for (const base::IpAddress& source : place.sources) {
    if (source.is_v4() != is_v4) continue;
    const sockaddr_in6 address = socket_address(source, 0);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return Error::system(errno, "send from " + source.to_text());
    break;
  }
  return socket;
}

}  // namespace cni::kit
