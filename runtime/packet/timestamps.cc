#include "runtime/packet/timestamps.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cstring>
#include <optional>

#include "base/ip.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/socket_address.h"

namespace podrun::packet {
namespace {

constexpr std::int64_t kPause = 2 * kSecond / 1000;

// When a datagram to ourselves came, as the kernel says; empty where it does not come.
std::optional<std::int64_t> time_of_own_datagram(const Fd& socket) {
  char byte = 0;
  if (::send(socket.get(), &byte, 1, 0) != 1) return std::nullopt;
  const timespec pause{0, kPause};
  ::nanosleep(&pause, nullptr);
  alignas(cmsghdr) std::array<char, 128> control{};
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(socket.get(), &message, MSG_DONTWAIT) != 1) return std::nullopt;
  const cmsghdr* first = CMSG_FIRSTHDR(&message);
  if (first == nullptr || first->cmsg_type != SO_TIMESTAMPNS) return std::nullopt;
  timespec time{};
  std::memcpy(&time, CMSG_DATA(first), sizeof time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

}  // namespace

void wait_for_timestamps() {
  const int on = 1;
  const SocketAddress any = socket_address(*base::IpAddress::parse("127.0.0.1"), 0);
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || ::bind(socket.get(), any.get(), any.size) != 0) return;
  const SocketAddress own = socket_address(*base::IpAddress::parse("127.0.0.1"), bound_port(socket.get()).value_or(0));
  if (::connect(socket.get(), own.get(), own.size) != 0) return;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  // Taken when it came, it is older than the pause; taken when it is read, it is not.
  for (int tries = 0; tries < 250; ++tries)
    if (const auto at = time_of_own_datagram(socket); !at || wall_time() - *at >= kPause) return;
}

}  // namespace podrun::packet
