#include "runtime/kernel/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/interruption.h"

namespace podrun {
namespace {

constexpr std::size_t kPacket = 64U << 10U;
constexpr std::size_t kLongestBody = 16U << 20U;
constexpr std::size_t kMostFds = 250;

struct Header {
  std::uint32_t type;
  std::uint32_t size;
};

Error peer_gone() { return {Kind::not_found, ECONNRESET, "the other side is gone"}; }

Result<void> send_packet(int socket, iovec* parts, std::size_t count, const std::vector<int>& fds) {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  std::vector<char> control;
  if (!fds.empty()) {
    const std::size_t bytes = fds.size() * sizeof(int);
    control.resize(CMSG_SPACE(bytes));
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(header), fds.data(), bytes);
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return {};
    if (errno == EINTR) continue;
    return errno == EPIPE || errno == ECONNRESET ? peer_gone() : Error::system(errno, "send a message");
  }
}

struct Packet {
  std::size_t size = 0;
  std::vector<Fd> fds;
};

Result<Packet> receive_packet(int socket, iovec* parts, std::size_t count) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostFds * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  while ((got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  if (got < 0) return errno == ECONNRESET ? peer_gone() : Error::system(errno, "receive a message");
  Packet packet{static_cast<std::size_t>(got), {}};
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < fds; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      packet.fds.emplace_back(fd);
    }
  }
  if (got == 0) return peer_gone();
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return Error{Kind::corrupt, 0, "receive a message: it was cut short"};
  return packet;
}

}  // namespace

Result<std::pair<Channel, Channel>> Channel::pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return Error::system(errno, "make a socket pair");
  return std::pair{Channel(Fd(ends[0])), Channel(Fd(ends[1]))};
}

Result<void> Channel::send(std::uint32_t type, const std::string& body, const std::vector<int>& fds) const {
  if (body.size() > kLongestBody || fds.size() > kMostFds)
    return Error{Kind::invalid, E2BIG, "send a message of " + std::to_string(body.size()) + " bytes: too long"};
  Header header{type, static_cast<std::uint32_t>(body.size())};
  std::size_t sent = std::min(body.size(), kPacket);
  // sendmsg(2) only reads from iov_base; its type is shared with recvmsg(2).
  char* const bytes = const_cast<char*>(body.data());
  std::array<iovec, 2> first{{{&header, sizeof(header)}, {bytes, sent}}};
  TRY(send_packet(socket_.get(), first.data(), first.size(), fds));
  while (sent < body.size()) {
    iovec part{bytes + sent, std::min(body.size() - sent, kPacket)};
    TRY(send_packet(socket_.get(), &part, 1, {}));
    sent += part.iov_len;
  }
  return {};
}

Result<Message> Channel::receive(std::chrono::milliseconds limit) const {
  std::array<pollfd, 2> awaited{{{socket_.get(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}}};
  int ready = 0;
  while ((ready = ::poll(awaited.data(), awaited.size(), static_cast<int>(limit.count()))) < 0 && errno == EINTR) {
  }
  if (ready < 0) return Error::system(errno, "wait for a message");
  if (ready == 0) return Error{Kind::timeout, ETIMEDOUT, "wait for a message: nothing came"};
  if (awaited[1].revents != 0) TRY(base::check_interruption());

  // The header is looked at first, so that no more memory is taken than the body needs: the shim lives long.
  Header header{};
  ssize_t peeked = 0;
  while ((peeked = ::recv(socket_.get(), &header, sizeof(header), MSG_PEEK)) < 0 && errno == EINTR) {
  }
  if (peeked == 0 || (peeked < 0 && errno == ECONNRESET)) return peer_gone();
  if (peeked < 0) return Error::system(errno, "receive a message");
  if (static_cast<std::size_t>(peeked) < sizeof(header) || header.size > kLongestBody)
    return Error{Kind::corrupt, 0, "receive a message: its length is wrong"};

  Message message;
  message.body.resize(header.size);
  const std::size_t first_part = std::min<std::size_t>(header.size, kPacket);
  std::array<iovec, 2> first{{{&header, sizeof(header)}, {message.body.data(), first_part}}};
  Packet packet = TRY(receive_packet(socket_.get(), first.data(), first.size()));
  if (packet.size != sizeof(header) + first_part)
    return Error{Kind::corrupt, 0, "receive a message: its length is wrong"};
  message.type = header.type;
  message.fds = std::move(packet.fds);
  for (std::size_t have = first_part; have < header.size;) {
    iovec part{message.body.data() + have, std::min(header.size - have, kPacket)};
    const Packet next = TRY(receive_packet(socket_.get(), &part, 1));
    have += next.size;
  }
  return message;
}

}  // namespace podrun
