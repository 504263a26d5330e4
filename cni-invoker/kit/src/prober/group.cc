#include "kit/src/prober/group.h"

#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/prober/socket_address.h"

namespace cni::kit {
namespace {

bool is_multicast(const base::IpAddress& address) {
  return address.is_v4() ? (address.bytes()[12] & 0xf0U) == 0xe0 : address.bytes()[0] == 0xff;
}

Result<Fd> listen_to(const std::string& interface, const base::IpAddress& group, std::uint16_t port) {
  Fd socket = TRY(open_socket(SOCK_DGRAM));
  const sockaddr_in6 everywhere = socket_address(*base::IpAddress::parse("::"), port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere) != 0)
    return Error::system(errno, "bind port " + std::to_string(port));
  if (!is_multicast(group)) return socket;
  group_req request{};
  request.gr_interface = ::if_nametoindex(interface.c_str());
  if (group.is_v4()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, group.bytes().data() + 12, sizeof address.sin_addr);
    std::memcpy(&request.gr_group, &address, sizeof address);
  } else {
    const sockaddr_in6 address = socket_address(group, 0);
    std::memcpy(&request.gr_group, &address, sizeof address);
  }
  if (::setsockopt(socket.get(), group.is_v4() ? IPPROTO_IP : IPPROTO_IPV6, MCAST_JOIN_GROUP, &request,
                   sizeof request) != 0)
    return Error::system(errno, "join " + group.to_text());
  return socket;
}

Result<Fd> sender_by(const std::string& interface) {
  Fd socket = TRY(open_socket(SOCK_DGRAM));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &kYes, sizeof kYes);
  TRY(bind_to_device(socket, interface));
  return socket;
}

}  // namespace

Seen hear_group(const Listener& from, const Listener& to, const base::IpAddress& group, std::uint16_t port,
                Limit limit) {
  const auto heard = in_netns(to.place.netns, [&] { return listen_to(to.interface, group, port); });
  const auto sender = in_netns(from.place.netns, [&] { return sender_by(from.interface); });
  if (!heard) return {false, "", "", heard.error().what};
  if (!sender) return {false, "", "", sender.error().what};
  const sockaddr_in6 target = socket_address(group, port);
  const auto end = std::chrono::steady_clock::now() + limit;
  do {
    ::sendto(sender->get(), "?", 1, 0, reinterpret_cast<const sockaddr*>(&target), sizeof target);
    pollfd polled{heard->get(), POLLIN, 0};
    if (::poll(&polled, 1, 100) <= 0) continue;
    char byte = 0;
    sockaddr_in6 peer{};
    socklen_t size = sizeof peer;
    if (::recvfrom(heard->get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&peer), &size) >= 0)
      return {true, to.place.name, address_of(peer).to_text(), ""};
  } while (std::chrono::steady_clock::now() < end);
  return {false, "", "", "nothing heard in " + std::to_string(limit.count()) + " ms"};
}

}  // namespace cni::kit
