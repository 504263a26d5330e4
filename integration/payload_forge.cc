#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "integration/payload.h"

namespace payload {
namespace {

struct Datagram {
  iphdr ip;
  udphdr udp;
  char text;
} __attribute__((packed));

std::uint16_t checksum(const iphdr& header) {
  std::array<std::uint16_t, sizeof(iphdr) / 2> words{};
  std::memcpy(words.data(), &header, sizeof header);
  std::uint32_t sum = 0;
  for (const std::uint16_t word : words) sum += word;
  sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~(sum + (sum >> 16U)));
}

Datagram datagram(const std::string& from, const std::string& to, const std::string& port) {
  Datagram one{};
  one.ip.version = 4;
  one.ip.ihl = 5;
  one.ip.ttl = 64;
  one.ip.protocol = IPPROTO_UDP;
  one.ip.tot_len = htons(sizeof one);
  ::inet_pton(AF_INET, from.c_str(), &one.ip.saddr);
  ::inet_pton(AF_INET, to.c_str(), &one.ip.daddr);
  one.ip.check = checksum(one.ip);
  one.udp.source = htons(4444);
  one.udp.dest = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  one.udp.len = htons(sizeof one - sizeof one.ip);
  one.text = '?';
  return one;
}

}  // namespace

int forge(const Arguments& arguments) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(ETH_P_IP);
  to.sll_ifindex = static_cast<int>(::if_nametoindex("eth0"));
  to.sll_halen = ETH_ALEN;
  const auto& mac = arguments.at(0);
  for (std::size_t i = 0; i < ETH_ALEN; ++i)
    to.sll_addr[i] = static_cast<unsigned char>(std::strtoul(mac.c_str() + 3 * i, nullptr, 16));
  const Datagram one = datagram(arguments.at(1), arguments.at(2), arguments.at(3));
  const int raw = ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const ssize_t sent =
      raw < 0 ? -1 : ::sendto(raw, &one, sizeof one, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  std::cout << (sent == static_cast<ssize_t>(sizeof one) ? "sent" : std::strerror(errno)) << std::endl;
  return sent == static_cast<ssize_t>(sizeof one) ? 0 : 1;
}

}  // namespace payload
