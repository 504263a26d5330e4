#include "runtime/packet/headers.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <string>

namespace podrun::packet {
namespace {

constexpr std::size_t kIpv4 = 20;
constexpr std::size_t kIpv6 = 40;
constexpr std::size_t kUdp = 8;
constexpr std::size_t kIcmp = 8;  // of an error, of both versions: what it quotes begins behind

// Numbers in network order. What is not there any more is 0: who reads asks for the size first.
template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    number =
        static_cast<Number>(number << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U));
  return number;
}

std::string_view behind(std::string_view bytes, std::size_t count) {
  return bytes.substr(std::min(count, bytes.size()));
}

struct Ip {
  int protocol = 0;
  int ttl = 0;
  std::size_t header = 0;
  std::size_t payload = 0;  // as its header has it, whatever was cut off
  base::IpAddress source;
  base::IpAddress destination;
};

std::optional<Ip> read_ip_header(std::string_view bytes) {
  Ip ip;
  const unsigned version = number_at<std::uint8_t>(bytes, 0) >> 4U;
  if (version == 4 && bytes.size() >= kIpv4) {
    ip.header = (number_at<std::uint8_t>(bytes, 0) & 15U) * 4U;
    const std::size_t length = number_at<std::uint16_t>(bytes, 2);
    const bool is_later_fragment = (number_at<std::uint16_t>(bytes, 6) & 0x1fffU) != 0;
    if (ip.header < kIpv4 || length < ip.header || is_later_fragment) return std::nullopt;
    ip.payload = length - ip.header;
    ip.ttl = number_at<std::uint8_t>(bytes, 8);
    ip.protocol = number_at<std::uint8_t>(bytes, 9);
    ip.source = *base::IpAddress::of_bytes(bytes.substr(12, 4));
    ip.destination = *base::IpAddress::of_bytes(bytes.substr(16, 4));
    return ip;
  }
  if (version == 6 && bytes.size() >= kIpv6) {
    ip.header = kIpv6;
    ip.payload = number_at<std::uint16_t>(bytes, 4);
    ip.protocol = number_at<std::uint8_t>(bytes, 6);
    ip.ttl = number_at<std::uint8_t>(bytes, 7);
    ip.source = *base::IpAddress::of_bytes(bytes.substr(8, 16));
    ip.destination = *base::IpAddress::of_bytes(bytes.substr(24, 16));
    return ip;
  }
  return std::nullopt;
}

Flow flow_of(const Ip& ip, std::string_view transport) {
  return {{ip.source, number_at<std::uint16_t>(transport, 0)},
          {ip.destination, number_at<std::uint16_t>(transport, 2)}};
}

bool begins_with_cookie(std::string_view datagram, const Name& name) {
  return name.transport == Transport::udp && datagram.size() >= kUdp + sizeof name.cookie &&
         number_at<std::uint64_t>(datagram, kUdp) == name.cookie;
}

std::optional<Headers> read_tcp(Headers headers, const Ip& ip, std::string_view bytes) {
  if (bytes.size() < sizeof(tcphdr)) return std::nullopt;
  headers.protocol = Protocol::tcp;
  headers.flow = flow_of(ip, bytes);
  headers.sequence = number_at<std::uint32_t>(bytes, 4);
  headers.acknowledgement = number_at<std::uint32_t>(bytes, 8);
  headers.tcp_flags = number_at<std::uint8_t>(bytes, 13);
  const std::size_t header = (number_at<std::uint8_t>(bytes, 12) >> 4U) * 4U;
  headers.payload = static_cast<std::uint32_t>(ip.payload > header ? ip.payload - header : 0);
  return headers;
}

std::optional<Headers> read_udp(Headers headers, const Ip& ip, std::string_view bytes, const Name& name) {
  if (bytes.size() < kUdp) return std::nullopt;
  headers.protocol = Protocol::udp;
  headers.flow = flow_of(ip, bytes);
  headers.payload = static_cast<std::uint32_t>(ip.payload > kUdp ? ip.payload - kUdp : 0);
  headers.has_cookie = begins_with_cookie(bytes, name);
  return headers;
}

// What an error quotes is the packet as it was where the error was found. nftables cuts that off.
std::optional<Headers> read_icmp_error(Headers headers, std::string_view bytes, const Name& name) {
  headers.protocol = Protocol::icmp;
  headers.icmp_type = number_at<std::uint8_t>(bytes, 0);
  headers.icmp_code = number_at<std::uint8_t>(bytes, 1);
  const std::string_view quoted = behind(bytes, kIcmp);
  const auto ip = read_ip_header(quoted);
  if (!ip || (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)) return headers;
  const std::string_view transport = behind(quoted, ip->header);
  if (transport.size() < 8) return headers;
  headers.quoted = flow_of(*ip, transport);
  if (ip->protocol == IPPROTO_TCP) headers.sequence = number_at<std::uint32_t>(transport, 4);
  if (ip->protocol == IPPROTO_UDP) headers.has_cookie = begins_with_cookie(transport, name);
  return headers;
}

bool is_error_v4(unsigned type) {
  return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB || type == ICMP_REDIRECT;
}

std::optional<Headers> read_icmp_v6(Headers headers, const Ip& ip, std::string_view bytes, const Name& name) {
  const unsigned type = number_at<std::uint8_t>(bytes, 0);
  if (type != 0 && (type & 128U) == 0) return read_icmp_error(headers, bytes, name);
  if ((type != ND_NEIGHBOR_SOLICIT && type != ND_NEIGHBOR_ADVERT) || bytes.size() < sizeof(nd_neighbor_solicit))
    return std::nullopt;
  const base::IpAddress target = *base::IpAddress::of_bytes(bytes.substr(8, 16));
  headers.protocol = type == ND_NEIGHBOR_SOLICIT ? Protocol::ask : Protocol::tell;
  headers.flow =
      type == ND_NEIGHBOR_SOLICIT ? Flow{{ip.source, 0}, {target, 0}} : Flow{{target, 0}, {ip.destination, 0}};
  return headers;
}

}  // namespace

std::optional<Headers> read_ip(std::string_view bytes, const Name& name) {
  const auto ip = read_ip_header(bytes);
  return ip ? read_ip(bytes.substr(0, std::min(ip->header, bytes.size())), behind(bytes, ip->header), name)
            : std::nullopt;
}

std::optional<Headers> read_ip(std::string_view ip_bytes, std::string_view transport, const Name& name) {
  const auto ip = read_ip_header(ip_bytes);
  if (!ip) return std::nullopt;
  Headers headers;
  headers.ttl = ip->ttl;
  headers.flow = {{ip->source, 0}, {ip->destination, 0}};
  if (ip->protocol == IPPROTO_TCP) return read_tcp(headers, *ip, transport);
  if (ip->protocol == IPPROTO_UDP) return read_udp(headers, *ip, transport, name);
  if (ip->protocol == IPPROTO_ICMPV6) return read_icmp_v6(headers, *ip, transport, name);
  if (ip->protocol == IPPROTO_ICMP && is_error_v4(number_at<std::uint8_t>(transport, 0)))
    return read_icmp_error(headers, transport, name);
  return std::nullopt;
}

// RFC 826, for Ethernet and IPv4: the addresses stand at 14 and 24, behind a MAC each.
std::optional<Headers> read_arp(std::string_view bytes) {
  if (bytes.size() < 28 || number_at<std::uint16_t>(bytes, 2) != 0x0800 || number_at<std::uint8_t>(bytes, 4) != 6)
    return std::nullopt;
  Headers headers;
  headers.protocol = number_at<std::uint16_t>(bytes, 6) == 1 ? Protocol::ask : Protocol::tell;
  headers.flow = {{*base::IpAddress::of_bytes(bytes.substr(14, 4)), 0},
                  {*base::IpAddress::of_bytes(bytes.substr(24, 4)), 0}};
  return headers;
}

bool belongs_to(const Headers& headers, const Name& name) {
  const bool is_tcp = name.transport == Transport::tcp;
  switch (headers.protocol) {
    case Protocol::tcp:
      return is_tcp && (headers.sequence == name.sequence || headers.sequence == name.first_byte() ||
                        ((headers.tcp_flags & TH_ACK) != 0 && (headers.acknowledgement == name.first_byte() ||
                                                               headers.acknowledgement == name.behind_data())));
    case Protocol::udp:
      return !is_tcp && (headers.has_cookie || headers.flow.destination == name.flow.source);
    case Protocol::icmp:
      if (is_tcp) return headers.sequence == name.sequence || headers.sequence == name.first_byte();
      return headers.has_cookie || headers.quoted == name.flow;
    case Protocol::ask:
    case Protocol::tell:
      return true;
  }
  return false;
}

}  // namespace podrun::packet
