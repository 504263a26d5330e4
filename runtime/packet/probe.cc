#include "runtime/packet/probe.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "runtime/kernel/clock.h"
#include "runtime/kernel/socket_address.h"

namespace podrun::packet {
namespace {

constexpr std::uint32_t kLeastDatagram = sizeof(Name::cookie);

template <class Number>
Result<Number> by_chance() {
  Number number = 0;
  if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
    return Error::system(errno, "read random bytes");
  return number;
}

// Far from where counting goes over 0, so that no comparison needs to think of it.
Result<std::uint32_t> choose_sequence() { return TRY(by_chance<std::uint32_t>()) % 0xc0000000U + 0x20000000U; }

Result<void> set_sequence(const Fd& socket, std::uint32_t sequence) {
  const auto set = [&](int option, int value) {
    return ::setsockopt(socket.get(), IPPROTO_TCP, option, &value, sizeof value) == 0;
  };
  if (!set(TCP_REPAIR, TCP_REPAIR_ON) || !set(TCP_REPAIR_QUEUE, TCP_SEND_QUEUE) ||
      !set(TCP_QUEUE_SEQ, static_cast<int>(sequence)) || !set(TCP_REPAIR, TCP_REPAIR_OFF_NO_WP))
    return Error::system(errno, "choose an initial sequence number");
  return {};
}

// What it would be sent from: the kernel chooses by its routes. Unspecified where there is none.
base::IpAddress source_for(const OpenSpace& from, const Endpoint& to) {
  const SocketAddress address = socket_address(to.ip, to.port);
  const auto socket = open_socket_in(from, address.family(), SOCK_DGRAM, 0);
  SocketAddress own;
  own.size = sizeof own.storage;
  if (!socket || ::connect(socket->get(), address.get(), address.size) != 0 ||
      ::getsockname(socket->get(), reinterpret_cast<sockaddr*>(&own.storage), &own.size) != 0)
    return *base::IpAddress::parse(to.ip.is_v4() ? "0.0.0.0" : "::");
  const bool is_v4 = own.family() == AF_INET;
  const void* ip = is_v4 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&own.storage)->sin_addr)
                         : &reinterpret_cast<const sockaddr_in6*>(&own.storage)->sin6_addr;
  return *base::IpAddress::of_bytes({static_cast<const char*>(ip), is_v4 ? 4U : 16U});
}

// The cookie as it stands in the datagram, then letters.
std::string payload_of(const Name& name) {
  std::string bytes;
  if (name.transport == Transport::udp)
    for (unsigned shift = 64; shift > 0; shift -= 8) bytes += static_cast<char>(name.cookie >> (shift - 8) & 0xffU);
  while (bytes.size() < name.data) bytes += static_cast<char>('a' + bytes.size() % 26);
  return bytes;
}

std::uint64_t cookie_of(const std::string& datagram) {
  std::uint64_t cookie = 0;
  for (std::size_t i = 0; i < sizeof cookie; ++i) cookie = cookie << 8U | static_cast<unsigned char>(datagram.at(i));
  return cookie;
}

}  // namespace

Result<Probe> Probe::prepare(const OpenSpace& from, const Endpoint& to, Transport transport, std::uint32_t data,
                             const std::string& datagram) {
  const bool is_tcp = transport == Transport::tcp;
  Name name;
  name.transport = transport;
  name.data = is_tcp ? data : std::max(data, kLeastDatagram);
  const SocketAddress any = socket_address(*base::IpAddress::parse(to.ip.is_v4() ? "0.0.0.0" : "::"), 0);
  Fd socket = TRY(open_socket_in(from, any.family(), is_tcp ? SOCK_STREAM : SOCK_DGRAM, 0));
  // No goodbye at the end: it would be one packet more, after the last look.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  if (::bind(socket.get(), any.get(), any.size) != 0) return Error::system(errno, "get a port in " + from.name);
  name.flow = {{source_for(from, to), TRY(bound_port(socket.get()))}, to};
  if (is_tcp) {
    name.sequence = TRY(choose_sequence());
    TRY(set_sequence(socket, name.sequence));
  } else {
    name.cookie = datagram.empty() ? TRY(by_chance<std::uint64_t>()) : cookie_of(datagram);
    if (!datagram.empty()) name.data = static_cast<std::uint32_t>(datagram.size());
  }
  Probe probe(std::move(socket), name);
  probe.datagram_ = datagram;
  return probe;
}

short Probe::events() const {
  if (over_ || !sending_) return 0;
  return name_.transport == Transport::tcp && outcome_.word.empty() ? POLLOUT : POLLIN;
}

void Probe::send() {
  sending_ = true;
  outcome_.began = outcome_.ended = wall_time();
  const SocketAddress to = socket_address(name_.flow.destination.ip, name_.flow.destination.port);
  const bool is_begun = ::connect(socket_.get(), to.get(), to.size) == 0 || errno == EINPROGRESS;
  if (!is_begun) return fail(errno);
  if (name_.transport == Transport::udp) send_data();
}

void Probe::go_on() {
  outcome_.ended = wall_time();
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(error);
  if (sent_data_) return receive();
  outcome_.word = "connected";
  if (name_.data == 0)
    over_ = true;
  else
    send_data();
}

void Probe::send_data() {
  const std::string bytes = datagram_.empty() ? payload_of(name_) : datagram_;
  if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return fail(errno);
  sent_data_ = true;
}

void Probe::receive() {
  std::array<char, 65536> bytes;
  const ssize_t size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size < 0) return fail(errno);
  outcome_.answered = static_cast<std::uint32_t>(size);
  if (name_.transport == Transport::udp) outcome_.answer.assign(bytes.data(), static_cast<std::size_t>(size));
  if (name_.transport == Transport::udp || size > 0) outcome_.word = "answered";
  over_ = true;
}

void Probe::fail(int error_number) {
  over_ = true;
  outcome_.error_number = error_number;
  switch (error_number) {
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:  // who has reset the connection before the data was sent
      outcome_.word = "refused";
      break;
    case ETIMEDOUT:
      outcome_.word = "silent";
      break;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EMSGSIZE:
    case ENOPROTOOPT:
    case EACCES:
      outcome_.word = "unreachable";
      break;
    default:
      outcome_.word = "not sent";
      break;
  }
}

}  // namespace podrun::packet
