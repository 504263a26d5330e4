// Counters of a namespace's IP, TCP and UDP: they say why, where nothing else speaks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

using Counts = std::map<std::string, std::uint64_t>;  // by "TcpExt.ListenDrops"

Counts read_counts(const OpenSpace& space);  // empty where they cannot be read

// Of the text of /proc/net/snmp, or netstat: a line of names, and a line of numbers.
Counts parse_counts(const std::string& text);

std::vector<Counter> grown_since(const Counts& before, const Counts& now, int place);

}  // namespace podrun::packet
