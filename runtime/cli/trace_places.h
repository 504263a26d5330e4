// From what was typed to the network namespaces of a trace, and where it goes.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/context.h"
#include "runtime/packet/record.h"

namespace podrun::cli {

struct TracePlaces {
  std::vector<packet::OpenSpace> spaces;  // the host first; then what the pods have, and what has a name in /run/netns
  packet::Question question;
};

// FROM: a pod, "host", "netns:NAME" or "netns:/path". TO: the same, or an IP address; and a port: "web:80",
// "[fd00::1]:80"; of a pod also the name of one of its ports: "web:http". Errors: invalid, what was typed; not_found, no
// such pod, namespace or port, or it has no address.
Result<TracePlaces> find_trace_places(const Context& context, const std::string& from, const std::string& to, bool udp);

struct HostAndPort {
  std::string host;
  std::uint16_t port = 0;  // 0: by its name
  std::string port_name;
};
Result<HostAndPort> parse_host_and_port(const std::string& word);

// What one datagram can carry, or one send.
Result<void> check_data(std::uint32_t bytes);

}  // namespace podrun::cli
