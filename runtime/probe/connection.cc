#include "runtime/probe/connection.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/ip.h"
#include "base/netns.h"
#include "runtime/kernel/socket_address.h"

namespace podrun::probe {
namespace {

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
  const SocketAddress address = socket_address(*ip, port);
  Fd socket = TRY(open_socket(place.netns, address.family()));
  // What is left unread is not waited for: the end is a reset, and nothing of it stays in the pod.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  if (::connect(socket.get(), address.get(), address.size) != 0 && errno != EINPROGRESS)
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

Fd Connection::take() && {
  const linger as_usual{.l_onoff = 0, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &as_usual, sizeof(as_usual));
  return std::move(socket_);
}

}  // namespace podrun::probe
