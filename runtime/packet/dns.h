// A question for an address by DNS (RFC 1035), and what is answered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"

namespace podrun::packet {

// One datagram. Empty: that is no name.
std::string dns_question(const std::string& name, bool v6, std::uint16_t id);

struct DnsAnswer {
  int code = 0;  // 0: no error; 3: there is no such name
  std::vector<base::IpAddress> addresses;
};
// None: it is no answer to that, or not the whole of it.
std::optional<DnsAnswer> read_dns_answer(const std::string& datagram, std::uint16_t id);

}  // namespace podrun::packet
