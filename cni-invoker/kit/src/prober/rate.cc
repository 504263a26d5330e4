#include "kit/src/prober/rate.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <thread>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/prober/socket_address.h"

namespace cni::kit {
namespace {

using Clock = std::chrono::steady_clock;

Result<Fd> listen_at(std::uint16_t port) {
  Fd socket = TRY(open_socket(SOCK_STREAM));
  // A check measures more than once, and what is left of the last connection holds the port for a minute.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &kYes, sizeof kYes);
  const sockaddr_in6 everywhere = socket_address(*base::IpAddress::parse("::"), port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere) != 0 ||
      ::listen(socket.get(), 1) != 0)
    return Error::system(errno, "listen at port " + std::to_string(port));
  return socket;
}

// Writes until it is told to stop.
void pour(const Fd& socket, const std::atomic<bool>& enough) {
  static const std::array<char, 65536> kBlock{};
  while (!enough)
    if (wait_for(socket, POLLOUT, std::chrono::milliseconds(50)) &&
        ::send(socket.get(), kBlock.data(), kBlock.size(), MSG_NOSIGNAL) < 0 && errno != EAGAIN)
      return;
}

// Bytes that come until then.
std::size_t drink(const Fd& socket, Clock::time_point end) {
  std::array<char, 65536> block{};
  std::size_t bytes = 0;
  while (Clock::now() < end) {
    if (!wait_for(socket, POLLIN, std::chrono::milliseconds(20))) continue;
    const ssize_t got = ::recv(socket.get(), block.data(), block.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) break;
    if (got > 0) bytes += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

Result<double> measure_rate(const Place& from, const Place& to, const base::IpAddress& address, std::uint16_t port,
                            std::chrono::milliseconds first, std::chrono::milliseconds duration) {
  const Fd listener = TRY(in_netns(to.netns, [&] { return listen_at(port); }));
  const Fd sender = TRY(open_client(from, SOCK_STREAM, address.is_v4()));
  const sockaddr_in6 target = socket_address(address, port);
  if (::connect(sender.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 && errno != EINPROGRESS)
    return Error::system(errno, "connect to " + address.to_text());
  if (!wait_for(listener, POLLIN, std::chrono::seconds(5)))
    return Error{Kind::timeout, 0, "connect from " + from.name + " to " + address.to_text() + ": no answer in 5 s"};
  const Fd receiver(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!receiver) return Error::system(errno, "accept a connection");
  std::atomic<bool> enough = false;
  std::thread pouring([&] { pour(sender, enough); });
  const auto begin = Clock::now();
  drink(receiver, begin + first);
  const auto middle = Clock::now();
  const std::size_t bytes = drink(receiver, begin + first + duration);
  const std::chrono::duration<double> took = Clock::now() - middle;
  enough = true;
  pouring.join();
  return static_cast<double>(bytes) * 8 / took.count();
}

}  // namespace cni::kit
