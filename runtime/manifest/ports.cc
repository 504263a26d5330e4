#include "runtime/manifest/ports.h"

#include <algorithm>

#include "base/ip.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr Range kPorts{1, 65535};

std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

PortSpec read_port(const Reader& given, bool host_network) {
  PortSpec port;
  port.name = given.text("name");
  if (given.has("name"))
    if (const std::string why = why_bad_port_name(port.name); !why.empty())
      given.bad("name", quote(port.name) + " " + why);

  const auto container_port = given.whole("containerPort", kPorts);
  if (!given.has("containerPort")) given.bad("containerPort", "is missing");
  port.container_port = static_cast<std::uint16_t>(container_port.value_or(0));

  // Kubernetes takes 0 for "not published", and publishes every port of a pod on the host's network.
  const auto host_port = given.whole("hostPort", {0, 65535});
  port.host_port = static_cast<std::uint16_t>(host_port.value_or(0));
  if (host_network && port.host_port == 0) port.host_port = port.container_port;
  if (host_network && port.host_port != port.container_port)
    given.bad("hostPort", "must be the containerPort, " + std::to_string(port.container_port) +
                              ", as the Pod uses the host's network");

  port.host_ip = given.text("hostIP");
  if (!port.host_ip.empty())
    if (const std::string why = why_bad_ip(port.host_ip); !why.empty())
      given.bad("hostIP", quote(port.host_ip) + " " + why);
  if (const auto address = base::IpAddress::parse(port.host_ip)) port.host_ip = address->to_text();
  if (given.has("protocol")) port.protocol = lowered(given.text("protocol"));
  return port;
}

bool is_every_address(const std::string& ip) {
  const auto address = base::IpAddress::parse(ip);
  return ip.empty() || (address && address->is_any());
}

}  // namespace

std::vector<PortSpec> read_ports(const Reader& container, bool host_network) {
  std::vector<PortSpec> ports;
  for (const Reader& given : container.items("ports")) {
    PortSpec port = read_port(given, host_network);
    const bool taken = !port.name.empty() && std::any_of(ports.begin(), ports.end(), [&](const PortSpec& other) {
      return other.name == port.name;
    });
    if (taken) given.bad("name", quote(port.name) + " is the name of an earlier port");
    ports.push_back(std::move(port));
  }
  return ports;
}

}  // namespace podrun::manifest

namespace podrun {

bool collide(const PortSpec& one, const PortSpec& other) {
  return one.host_port != 0 && one.host_port == other.host_port && one.protocol == other.protocol &&
         (manifest::is_every_address(one.host_ip) || manifest::is_every_address(other.host_ip) ||
          base::same_address(one.host_ip, other.host_ip));
}

}  // namespace podrun
