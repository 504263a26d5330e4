#include "kit/src/prober/dhcp_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/prober/socket_address.h"

namespace cni::kit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kServerPort = 67, kClientPort = 68;
constexpr char kReply = 2;  // of the field op

// The fixed part, and the first option behind it.
constexpr std::size_t kOffered = 16, kHardware = 28, kCookie = 236, kOptions = 240;
constexpr std::size_t kLeast = 300;  // which BOOTP's clients want
constexpr std::string_view kMagic("\x63\x82\x53\x63", 4);

enum Option : std::uint8_t {
  pad = 0,
  subnet_mask = 1,
  router = 3,
  lease_time = 51,
  message_type = 53,
  server = 54,
  renewal_time = 58,
  rebinding_time = 59,
  last = 255
};

std::string bytes_of(const base::IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes().data()) + 12, 4};
}

std::string bytes_of(std::uint32_t number) {
  const std::uint32_t in_order = htonl(number);
  return {reinterpret_cast<const char*>(&in_order), sizeof in_order};
}

std::string option(Option code, const std::string& value) {
  return std::string(1, static_cast<char>(code)) + static_cast<char>(value.size()) + value;
}

// What of an option is there; empty: it is not.
std::string_view find_option(std::string_view packet, Option wanted) {
  for (std::size_t at = kOptions; at + 1 < packet.size();) {
    const auto code = static_cast<std::uint8_t>(packet[at]);
    if (code == last) break;
    const std::size_t size = code == pad ? 0 : static_cast<std::uint8_t>(packet[at + 1]);
    if (code == wanted) return packet.substr(at + 2, size);
    at += code == pad ? 1 : 2 + size;
  }
  return {};
}

Result<Fd> open_server(const std::string& device) {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return Error::system(errno, "open a socket");
  ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &kYes, sizeof kYes);
  TRY(bind_to_device(socket, device));
  sockaddr_in everywhere{};
  everywhere.sin_family = AF_INET;
  everywhere.sin_port = htons(kServerPort);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere) != 0)
    return Error::system(errno, "bind port " + std::to_string(kServerPort));
  return socket;
}

}  // namespace

std::string to_text(DhcpServer::Message message) {
  constexpr std::array kNames{"?", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE"};
  const auto number = static_cast<std::size_t>(message);
  return kNames[number < kNames.size() ? number : 0];
}

Result<std::unique_ptr<DhcpServer>> DhcpServer::start(const Place& place, const Lease& lease) {
  Fd socket = TRY(in_netns(place.netns, [&] { return open_server(place.device); }).in("serve DHCP in " + place.name));
  Fd stop(::eventfd(0, EFD_CLOEXEC));
  if (!stop) return Error::system(errno, "make an eventfd");
  return std::unique_ptr<DhcpServer>(new DhcpServer(lease, std::move(socket), std::move(stop)));
}

DhcpServer::DhcpServer(Lease lease, Fd socket, Fd stop)
    : lease_(lease), socket_(std::move(socket)), stop_(std::move(stop)) {
  thread_ = std::thread([this] { serve(); });
}

DhcpServer::~DhcpServer() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

bool DhcpServer::hears(Message message, std::size_t count, Clock::time_point end) const {
  for (;;) {
    const auto all = heard();
    const auto so_far = std::count_if(all.begin(), all.end(), [&](const Heard& one) { return one.message == message; });
    if (static_cast<std::size_t>(so_far) >= count) return true;
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::vector<DhcpServer::Heard> DhcpServer::heard() const {
  const std::lock_guard lock(hearing_);
  return heard_;
}

void DhcpServer::serve() {
  std::array<pollfd, 2> polled{pollfd{stop_.get(), POLLIN, 0}, pollfd{socket_.get(), POLLIN, 0}};
  while (polled[0].revents == 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0 || polled[1].revents == 0) continue;
    std::array<char, 2048> packet{};
    const ssize_t size = ::recv(socket_.get(), packet.data(), packet.size(), 0);
    if (size > 0) take({packet.data(), static_cast<std::size_t>(size)});
  }
}

void DhcpServer::take(std::string_view packet) {
  if (packet.size() < kOptions || packet.substr(kCookie, kMagic.size()) != kMagic) return;
  const std::string_view type = find_option(packet, message_type);
  if (type.size() != 1) return;
  const auto message = static_cast<Message>(type.front());
  {
    const std::lock_guard lock(hearing_);
    heard_.push_back({message, Clock::now()});
  }
  if (message != Message::discover && message != Message::request) return;
  const std::string reply = answer(packet, message == Message::discover ? Message::offer : Message::ack);
  // To everybody: who has no address yet cannot be asked by ARP.
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(kClientPort);
  to.sin_addr.s_addr = INADDR_BROADCAST;
  ::sendto(socket_.get(), reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

std::string DhcpServer::answer(std::string_view asked, Message message) const {
  // Of the question there stay its number, its flags and the client's hardware address.
  std::string packet(asked.substr(0, kOptions));
  packet[0] = kReply;
  packet.replace(kOffered, 4, bytes_of(lease_.address));
  std::fill(packet.begin() + kHardware + 16, packet.begin() + kCookie, '\0');
  packet += option(message_type, std::string(1, static_cast<char>(message)));
  packet += option(server, bytes_of(lease_.router));
  packet += option(lease_time, bytes_of(static_cast<std::uint32_t>(lease_.end.count())));
  packet += option(renewal_time, bytes_of(static_cast<std::uint32_t>(lease_.renewal.count())));
  packet += option(rebinding_time, bytes_of(static_cast<std::uint32_t>(lease_.rebinding.count())));
  packet += option(subnet_mask, bytes_of(~0U << (32U - lease_.prefix_length)));
  packet += option(router, bytes_of(lease_.router));
  packet += static_cast<char>(last);
  packet.resize(std::max(packet.size(), kLeast), '\0');
  return packet;
}

}  // namespace cni::kit
