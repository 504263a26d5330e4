#include "runtime/sandbox/host_ports.h"

#include "base/ip.h"
#include "runtime/kernel/ports.h"
#include "runtime/manifest/ports.h"

namespace podrun {
namespace {

Error taken(const PortSpec& port, const std::string& by) {
  return {Kind::busy, EADDRINUSE,
          "publish host port " + std::to_string(port.host_port) + "/" + port.protocol + ": " + by + " has it"};
}

// Without hostIP every address of the host, of both families.
std::vector<base::IpAddress> addresses_of(const PortSpec& port) {
  std::vector<base::IpAddress> addresses;
  for (const std::string& text :
       port.host_ip.empty() ? std::vector<std::string>{"0.0.0.0", "::"} : std::vector<std::string>{port.host_ip})
    if (const auto address = base::IpAddress::parse(text)) addresses.push_back(*address);
  return addresses;
}

}  // namespace

Result<void> check_ports_of_pods(const Store& store, const std::string& id, const std::vector<PortSpec>& ports) {
  if (ports.empty()) return {};
  for (const PodRecord& pod : TRY(store.list())) {
    const Identity& who = pod.plan.who;
    if (who.id == id) continue;
    for (const PortSpec& other : pod.plan.host_ports)
      for (const PortSpec& port : ports)
        if (collide(port, other)) return taken(port, "pod '" + who.name + "' in namespace '" + who.name_space + "'");
  }
  return {};
}

Result<void> check_ports_of_host(const std::vector<PortSpec>& ports) {
  for (const PortSpec& port : ports)
    for (const base::IpAddress& address : addresses_of(port))
      if (TRY(ports::is_held(port.protocol, address, port.host_port)))
        return taken(port, ports::holder(port.protocol, port.host_port) + " of the host");
  return {};
}

}  // namespace podrun
