#include "runtime/packet/dns.h"

#include <sstream>
#include <stdexcept>

namespace podrun::packet {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kAaaa = 28;

void add16(std::string& bytes, unsigned number) {
  bytes += static_cast<char>(number >> 8U & 0xffU);
  bytes += static_cast<char>(number & 0xffU);
}

unsigned at16(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(bytes.at(at))) << 8U |
         static_cast<unsigned char>(bytes.at(at + 1));
}

// Behind a name: labels, each after its length, to an empty one or to a pointer.
std::size_t behind_name(const std::string& bytes, std::size_t at) {
  while (true) {
    const auto length = static_cast<unsigned char>(bytes.at(at));
    if ((length & 0xc0U) == 0xc0U) return at + 2;
    at += length + 1U;
    if (length == 0) return at;
  }
}

DnsAnswer read_answer(const std::string& bytes) {
  DnsAnswer answer;
  answer.code = static_cast<int>(at16(bytes, 2) & 15U);
  std::size_t at = kHeader;
  for (unsigned i = at16(bytes, 4); i > 0; --i) at = behind_name(bytes, at) + 4;
  for (unsigned i = at16(bytes, 6); i > 0; --i) {
    at = behind_name(bytes, at);
    const unsigned type = at16(bytes, at);
    const unsigned size = at16(bytes, at + 8);
    static_cast<void>(bytes.at(at + 9 + size));  // it is all there
    if (type == kA || type == kAaaa)
      if (const auto ip = base::IpAddress::of_bytes(std::string_view(bytes).substr(at + 10, size)))
        answer.addresses.push_back(*ip);
    at += 10 + size;
  }
  return answer;
}

}  // namespace

std::string dns_question(const std::string& name, bool v6, std::uint16_t id) {
  std::string bytes;
  add16(bytes, id);
  add16(bytes, 0x0100);  // recursion desired
  for (const unsigned count : {1U, 0U, 0U, 0U}) add16(bytes, count);
  std::istringstream labels(name);
  for (std::string label; std::getline(labels, label, '.');) {
    if (label.empty() || label.size() > 63) return "";
    bytes += static_cast<char>(label.size());
    bytes += label;
  }
  bytes += '\0';
  add16(bytes, v6 ? kAaaa : kA);
  add16(bytes, 1);  // of the Internet
  return name.empty() || name.size() > 253 ? "" : bytes;
}

std::optional<DnsAnswer> read_dns_answer(const std::string& datagram, std::uint16_t id) {
  if (datagram.size() < kHeader || at16(datagram, 0) != id || (at16(datagram, 2) & 0x8000U) == 0) return std::nullopt;
  try {
    DnsAnswer answer = read_answer(datagram);
    const bool is_cut = (at16(datagram, 2) & 0x0200U) != 0;
    if (is_cut && answer.addresses.empty()) return std::nullopt;
    return answer;
  } catch (const std::out_of_range&) {  // it was cut off, or lies
    return std::nullopt;
  }
}

}  // namespace podrun::packet
