// Bytes of a packet, read.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/packet/recording.h"

namespace podrun::packet {

// From its IP header on; the rest may be cut off. Empty: neither TCP, UDP, an ICMP error nor a neighbour message, a
// fragment behind the first, or too short. `name` says which cookie to look for.
std::optional<Headers> read_ip(std::string_view bytes, const Name& name);

// The IP header and what follows it, as nftables gives them: two pieces.
std::optional<Headers> read_ip(std::string_view ip, std::string_view transport, const Name& name);

// From the ARP header on. Empty: not of Ethernet and IPv4.
std::optional<Headers> read_arp(std::string_view bytes);

// Whether the headers are those of the packet that the name was given to, of its answer, or of an error about it.
bool belongs_to(const Headers& headers, const Name& name);

}  // namespace podrun::packet
