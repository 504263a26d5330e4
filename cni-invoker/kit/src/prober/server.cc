#include "kit/src/prober/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/prober/socket_address.h"

namespace cni::kit {
namespace {

Result<Fd> bound(int type, std::uint16_t port) {
  Fd socket = TRY(open_socket(type));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &kYes, sizeof kYes);
  const sockaddr_in6 everywhere = socket_address(*base::IpAddress::parse("::"), port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere) != 0)
    return Error::system(errno, "bind port " + std::to_string(port));
  return socket;
}

Result<std::pair<Fd, Fd>> listening(std::uint16_t port) {
  Fd tcp = TRY(bound(SOCK_STREAM, port));
  if (::listen(tcp.get(), 64) != 0) return Error::system(errno, "listen at port " + std::to_string(port));
  Fd udp = TRY(bound(SOCK_DGRAM, port));
  // To answer from the address that was asked.
  ::setsockopt(udp.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &kYes, sizeof kYes);
  return std::pair(std::move(tcp), std::move(udp));
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const Place& place, std::uint16_t port) {
  auto sockets = TRY(in_netns(place.netns, [&] { return listening(port); }).in("serve in " + place.name));
  Fd stop(::eventfd(0, EFD_CLOEXEC));
  if (!stop) return Error::system(errno, "make an eventfd");
  return std::unique_ptr<Server>(
      new Server(place.name, std::move(sockets.first), std::move(sockets.second), std::move(stop)));
}

Server::Server(std::string name, Fd tcp, Fd udp, Fd stop)
    : name_(std::move(name)), tcp_(std::move(tcp)), udp_(std::move(udp)), stop_(std::move(stop)) {
  thread_ = std::thread([this] { serve(); });
}

Server::~Server() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void Server::serve() const {
  std::array<pollfd, 3> polled{pollfd{stop_.get(), POLLIN, 0}, pollfd{tcp_.get(), POLLIN, 0},
                               pollfd{udp_.get(), POLLIN, 0}};
  while (polled[0].revents == 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[1].revents != 0) answer_tcp();
    if (polled[2].revents != 0) answer_udp();
  }
}

void Server::answer_tcp() const {
  sockaddr_in6 peer{};
  socklen_t size = sizeof peer;
  const Fd connection(::accept4(tcp_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC));
  if (!connection) return;
  const std::string answer = name_ + " " + address_of(peer).to_text();
  ::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
}

void Server::answer_udp() const {
  sockaddr_in6 peer{};
  std::array<char, 65536> block;
  alignas(cmsghdr) std::array<char, 128> control{};
  iovec part{block.data(), block.size()};
  msghdr message{};
  message.msg_name = &peer;
  message.msg_namelen = sizeof peer;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(udp_.get(), &message, 0) < 0) return;
  const std::string answer = name_ + " " + address_of(peer).to_text();
  std::memcpy(block.data(), answer.data(), answer.size());
  part.iov_len = answer.size();
  // The control message that came says where the packet was sent to; sent back, it says where the answer is from.
  if (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr && header->cmsg_type == IPV6_PKTINFO)
    reinterpret_cast<in6_pktinfo*>(CMSG_DATA(header))->ipi6_ifindex = 0;
  message.msg_flags = 0;
  ::sendmsg(udp_.get(), &message, 0);
}

}  // namespace cni::kit
