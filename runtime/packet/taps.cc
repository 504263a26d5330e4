#include "runtime/packet/taps.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>

#include "base/rtnetlink.h"
#include "runtime/kernel/clock.h"
#include "runtime/packet/headers.h"
#include "runtime/packet/tap_filter.h"

namespace podrun::packet {
namespace {

constexpr std::size_t kMost = 2048;  // of a packet: all its headers, and what an error quotes

// The filter comes first: a socket without a protocol hears nothing yet.
Result<Fd> open_tap(const OpenSpace& space, const Name& name) {
  Fd socket = TRY(open_socket_in(space, AF_PACKET, SOCK_RAW, 0));
  std::vector<sock_filter> program = tap_filter(name);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0 ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
    return Error::system(errno, "prepare a tap in " + space.name);
  sockaddr_ll all{};
  all.sll_family = AF_PACKET;
  all.sll_protocol = htons(ETH_P_ALL);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&all), sizeof all) != 0)
    return Error::system(errno, "tap " + space.name);
  return socket;
}

Direction direction_of(const sockaddr_ll& from) {
  if (from.sll_pkttype == PACKET_OUTGOING) return Direction::out;
  return from.sll_pkttype == PACKET_OTHERHOST ? Direction::elsewhere : Direction::in;
}

// On Ethernet, and on lo, whose MACs are zeros, the frame begins with its header. The VLAN's tag the kernel keeps
// elsewhere.
std::optional<Sighting> read_frame(std::string_view frame, const sockaddr_ll& from, const Name& name) {
  Sighting sighting;
  sighting.link = from.sll_ifindex;
  sighting.direction = direction_of(from);
  if (from.sll_hatype == ARPHRD_ETHER || from.sll_hatype == ARPHRD_LOOPBACK) {
    if (frame.size() < ETH_HLEN) return std::nullopt;
    if (from.sll_hatype == ARPHRD_ETHER) {
      sighting.to_mac = base::mac_text(frame.substr(0, ETH_ALEN));
      sighting.from_mac = base::mac_text(frame.substr(ETH_ALEN, ETH_ALEN));
    }
    frame.remove_prefix(ETH_HLEN);
  }
  const auto headers = ntohs(from.sll_protocol) == ETH_P_ARP ? read_arp(frame) : read_ip(frame, name);
  if (!headers || !belongs_to(*headers, name)) return std::nullopt;
  sighting.headers = *headers;
  return sighting;
}

std::int64_t time_of_arrival(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part))
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_TIMESTAMPNS) {
      timespec time{};
      std::memcpy(&time, CMSG_DATA(part), sizeof time);
      return time.tv_sec * kSecond + time.tv_nsec;
    }
  return 0;
}

// False: there is nothing more now.
Result<bool> read_one(int socket, const Name& name, std::optional<Sighting>& sighting) {
  std::array<char, kMost> bytes;
  sockaddr_ll from{};
  alignas(cmsghdr) std::array<char, 256> control{};
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(socket, &message, 0);
  // A link that was there goes down: nothing of a packet.
  if (size < 0 && (errno == EINTR || errno == ENETDOWN)) return true;
  if (size < 0 && errno == EAGAIN) return false;
  if (size < 0) return Error::system(errno, "read a tap");
  sighting = read_frame({bytes.data(), static_cast<std::size_t>(size)}, from, name);
  if (sighting) sighting->at = time_of_arrival(message);
  return true;
}

}  // namespace

Result<Taps> Taps::open(const std::vector<OpenSpace>& spaces, const Name& name) {
  Taps taps;
  taps.name_ = name;
  for (const OpenSpace& space : spaces) taps.sockets_.push_back(TRY(open_tap(space, name)));
  return taps;
}

void Taps::add_to(std::vector<pollfd>& polled) const {
  for (const Fd& socket : sockets_) polled.push_back({socket.get(), POLLIN, 0});
}

Result<void> Taps::read(std::vector<Sighting>& into) {
  for (std::size_t space = 0; space < sockets_.size(); ++space)
    for (bool more = true; more;) {
      std::optional<Sighting> sighting;
      more = TRY(read_one(sockets_[space].get(), name_, sighting));
      if (!sighting) continue;
      sighting->space = static_cast<int>(space);
      into.push_back(std::move(*sighting));
    }
  return {};
}

}  // namespace podrun::packet
