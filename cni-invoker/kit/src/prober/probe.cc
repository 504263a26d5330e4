#include "kit/src/prober/probe.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/prober/socket_address.h"

namespace cni::kit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Limit kPause{100};

Limit left_until(Clock::time_point end) {
  return std::max(Limit(0), std::chrono::duration_cast<Limit>(end - Clock::now()));
}

bool wait_until(const Fd& socket, short events, Clock::time_point end) {
  return wait_for(socket, events, left_until(end));
}

Seen failure(const std::string& why) { return {false, "", "", why}; }
Seen failure(int error_number) { return failure(std::string(::strerrordesc_np(error_number))); }
Seen no_answer(Limit limit) { return failure("no answer in " + std::to_string(limit.count()) + " ms"); }

// "pod-1 10.1.0.2"
Seen read_answer(const std::string& answer) {
  const std::size_t blank = answer.find(' ');
  if (blank == std::string::npos) return failure("an answer that is not ours");
  return {true, answer.substr(0, blank), answer.substr(blank + 1), ""};
}

int connect_to(const Fd& socket, const Target& target) {
  const sockaddr_in6 address = socket_address(target.address, target.port);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

Seen read_to_end(const Fd& socket, Clock::time_point end, Limit limit) {
  std::string answer;
  std::array<char, 256> block{};
  while (wait_until(socket, POLLIN, end)) {
    const ssize_t got = ::recv(socket.get(), block.data(), block.size(), 0);
    if (got < 0) return failure(errno);
    if (got == 0) return read_answer(answer);
    answer.append(block.data(), static_cast<std::size_t>(got));
  }
  return no_answer(limit);
}

Seen ask_by_tcp(const Place& from, const Target& target, Clock::time_point end, Limit limit) {
  const auto socket = open_client(from, SOCK_STREAM, target.address.is_v4());
  if (!socket) return failure(socket.error().what);
  if (const int error = connect_to(*socket, target); error != 0 && error != EINPROGRESS) return failure(error);
  if (!wait_until(*socket, POLLOUT, end)) return no_answer(limit);
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket->get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error != 0 ? failure(error) : read_to_end(*socket, end, limit);
}

Seen ask_by_udp(const Place& from, const Target& target, Limit limit) {
  const auto flow = Flow::open(from, target);
  return flow ? flow->ask(limit) : failure(flow.error().what);
}

constexpr std::size_t header_of(bool is_v4) { return is_v4 ? 20 : 40; }

void forbid_fragments(const Fd& socket, bool is_v4) {
  constexpr int kDo = IP_PMTUDISC_DO;
  if (is_v4)
    ::setsockopt(socket.get(), IPPROTO_IP, IP_MTU_DISCOVER, &kDo, sizeof kDo);
  else
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, &kDo, sizeof kDo);
}

std::uint16_t checksum(const std::string& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size() + 1; i += 2) {
    const auto high = static_cast<unsigned char>(bytes[i]);
    const auto low = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0;
    sum += static_cast<std::uint32_t>(high << 8U | low);
  }
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return htons(static_cast<std::uint16_t>(~sum));
}

std::string echo_request(bool is_v4, std::uint16_t id, std::size_t size) {
  std::string bytes(size - header_of(is_v4), '\0');
  icmphdr header{};
  header.type = is_v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
  header.un.echo.id = id;
  std::memcpy(bytes.data(), &header, sizeof header);
  if (!is_v4) return bytes;  // the kernel knows what IPv6's sum is of
  header.checksum = checksum(bytes);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

Result<Fd> open_icmp(bool is_v4, const std::string& device) {
  Fd socket(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                     is_v4 ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6)));
  if (!socket) return Error::system(errno, "open a socket for ICMP");
  forbid_fragments(socket, is_v4);
  if (!device.empty()) TRY(bind_to_device(socket, device));
  return socket;
}

// Raw sockets are of one family each.
template <class Use>
int with_raw_address(const base::IpAddress& address, const Use& use) {
  const sockaddr_in6 v6 = socket_address(address, 0);
  if (!address.is_v4()) return use(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  std::memcpy(&v4.sin_addr, address.bytes().data() + 12, sizeof v4.sin_addr);
  return use(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
}

int bind_icmp(const Fd& socket, const Place& from, bool is_v4) {
  for (const base::IpAddress& source : from.sources)
    if (source.is_v4() == is_v4)
      return with_raw_address(source, [&](const sockaddr* address, socklen_t size) {
        return ::bind(socket.get(), address, size) == 0 ? 0 : errno;
      });
  return 0;
}

int connect_icmp(const Fd& socket, const base::IpAddress& address) {
  return with_raw_address(
      address, [&](const sockaddr* to, socklen_t size) { return ::connect(socket.get(), to, size) == 0 ? 0 : errno; });
}

// Whether a reply to `id` comes in time. What else a raw socket hears is passed over.
bool hear_reply(const Fd& socket, bool is_v4, std::uint16_t id, Clock::time_point end) {
  std::array<char, 65536> block{};
  while (wait_until(socket, POLLIN, end)) {
    const ssize_t got = ::recv(socket.get(), block.data(), block.size(), 0);
    const std::size_t skip = is_v4 ? (static_cast<unsigned char>(block[0]) & 15U) * 4U : 0;
    icmphdr header{};
    if (got < static_cast<ssize_t>(skip + sizeof header)) continue;
    std::memcpy(&header, block.data() + skip, sizeof header);
    if (header.type == (is_v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) && header.un.echo.id == id) return true;
  }
  return false;
}

}  // namespace

std::string Target::text() const {
  const std::string host = address.is_v4() ? address.to_text() : "[" + address.to_text() + "]";
  return (transport == Transport::tcp ? "tcp " : "udp ") + host + ":" + std::to_string(port);
}

Seen ask(const Place& from, const Target& target, Limit limit) {
  if (target.transport == Transport::udp) return ask_by_udp(from, target, limit);
  const Clock::time_point end = Clock::now() + limit;
  // What is refused at once may be let through in a moment: a route or an address that is not there yet. That it was
  // refused is told, though time was too short for the last try.
  std::optional<Seen> refused;
  while (true) {
    Seen seen = ask_by_tcp(from, target, end, limit);
    if (seen.arrived) return seen;
    if (left_until(end) == Limit(0)) return refused ? *refused : seen;
    refused = std::move(seen);
    std::this_thread::sleep_for(std::min(kPause, left_until(end)));
  }
}

Seen ping(const Place& from, const base::IpAddress& address, std::size_t size, Limit limit) {
  const bool is_v4 = address.is_v4();
  const auto socket = in_netns(from.netns, [&] { return open_icmp(is_v4, from.device); });
  if (!socket) return failure(socket.error().what);
  if (const int error = bind_icmp(*socket, from, is_v4); error != 0) return failure(error);
  if (const int error = connect_icmp(*socket, address); error != 0) return failure(error);
  const auto id = static_cast<std::uint16_t>(socket->get());
  const std::string request = echo_request(is_v4, id, size);
  const Clock::time_point end = Clock::now() + limit;
  int error = 0;
  do {
    if (::send(socket->get(), request.data(), request.size(), 0) < 0) error = errno;
    if (hear_reply(*socket, is_v4, id, std::min(end, Clock::now() + 2 * kPause))) return {true, "", "", ""};
  } while (Clock::now() < end);
  return error != 0 ? failure(error) : no_answer(limit);
}

Result<Flow> Flow::open(const Place& from, const Target& target) {
  Fd socket = TRY(open_client(from, SOCK_DGRAM, target.address.is_v4()));
  if (const int error = connect_to(socket, target); error != 0) return Error::system(error, "reach " + target.text());
  return Flow(std::move(socket), target.address.is_v4());
}

Seen Flow::ask(Limit limit) const {
  const Clock::time_point end = Clock::now() + limit;
  std::array<char, 256> block{};
  while (::recv(socket_.get(), block.data(), block.size(), 0) >= 0) {  // late answers to what was asked before
  }
  int error = 0;
  do {
    if (::send(socket_.get(), "?", 1, MSG_NOSIGNAL) < 0) error = errno;
    if (wait_until(socket_, POLLIN, std::min(end, Clock::now() + 2 * kPause))) {
      const ssize_t got = ::recv(socket_.get(), block.data(), block.size(), 0);
      if (got >= 0) return read_answer(std::string(block.data(), static_cast<std::size_t>(got)));
      error = errno;
      std::this_thread::sleep_for(std::min(kPause, left_until(end)));
    }
  } while (Clock::now() < end);
  return error != 0 ? failure(error) : no_answer(limit);
}

Result<void> Flow::send(std::size_t size) const {
  forbid_fragments(socket_, is_v4_);
  const std::string payload(size - header_of(is_v4_) - 8, '\0');
  if (::send(socket_.get(), payload.data(), payload.size(), MSG_NOSIGNAL) < 0)
    return Error::system(errno, "send " + std::to_string(size) + " bytes");
  return {};
}

std::optional<int> Flow::path_mtu() const {
  int mtu = 0;
  socklen_t size = sizeof mtu;
  const int result = is_v4_ ? ::getsockopt(socket_.get(), IPPROTO_IP, IP_MTU, &mtu, &size)
                            : ::getsockopt(socket_.get(), IPPROTO_IPV6, IPV6_MTU, &mtu, &size);
  return result == 0 ? std::optional(mtu) : std::nullopt;
}

}  // namespace cni::kit
