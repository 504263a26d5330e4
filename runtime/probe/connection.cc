#include "runtime/probe/connection.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/ip.h"
#include "base/netns.h"

namespace podrun::probe {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address address_of(const base::IpAddress& ip, std::uint16_t port) {
  Address address;
  if (ip.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, ip.bytes().data() + 12, sizeof(v4.sin_addr));
    address.size = sizeof(v4);
    std::memcpy(&address.storage, &v4, sizeof(v4));
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, ip.bytes().data(), sizeof(v6.sin6_addr));
    address.size = sizeof(v6);
    std::memcpy(&address.storage, &v6, sizeof(v6));
  }
  return address;
}

// A socket belongs to the namespace it was made in, for good.
Result<Fd> open_socket(const Fd& netns, int family) {
  Fd socket;
  const auto open = [&]() -> Result<void> {
    socket = Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
    return socket ? Result<void>() : Error::system(errno, "make a socket");
  };
  if (netns)
    TRY(base::run_in_netns(netns, "the pod's", open));
  else
    TRY(open());
  return socket;
}

}  // namespace

Result<Connection> Connection::begin(const Place& place, const std::string& host, std::uint16_t port) {
  const std::string& where = host.empty() ? place.address : host;
  const auto ip = base::IpAddress::parse(where);
  if (!ip) return Error{Kind::invalid, 0, "connect to '" + where + "': that is no IP address"};
  const std::string peer = (ip->is_v4() ? where : "[" + where + "]") + ":" + std::to_string(port);
  const Address address = address_of(*ip, port);
  Fd socket = TRY(open_socket(place.netns, address.storage.ss_family));
  // What is left unread is not waited for: the end is a reset, and nothing of it stays in the pod.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 &&
      errno != EINPROGRESS)
    return Error::system(errno, "connect to " + peer);
  return Connection(std::move(socket), peer);
}

Result<void> Connection::check() const {
  pollfd poll{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  if (::poll(&poll, 1, 0) <= 0) return Error{Kind::busy, EINPROGRESS, "connect to " + peer_};
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? Result<void>() : Error::system(error, "connect to " + peer_);
}

}  // namespace podrun::probe
