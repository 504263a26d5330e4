#include "runtime/sandbox/host_ports.h"

#include "runtime/manifest/manifest.h"

namespace podrun {
namespace {

bool any_address(const std::string& ip) { return ip.empty() || ip == "0.0.0.0" || ip == "::"; }

bool collide(const PortSpec& one, const PortSpec& other) {
  return one.host_port != 0 && one.host_port == other.host_port && one.protocol == other.protocol &&
         (one.host_ip == other.host_ip || any_address(one.host_ip) || any_address(other.host_ip));
}

}  // namespace

Result<void> check_host_ports(const Store& store, const std::string& id, const std::vector<PortSpec>& ports) {
  if (ports.empty()) return {};
  for (const PodRecord& pod : TRY(store.list())) {
    if (pod.id == id) continue;
    const auto manifest = parse_manifest(pod.manifest, pod.name);
    if (!manifest) continue;  // of another version of podrun
    for (const ContainerSpec& container : manifest->spec.containers)
      for (const PortSpec& taken : container.ports)
        for (const PortSpec& port : ports)
          if (collide(port, taken))
            return Error{Kind::busy, EADDRINUSE,
                         "publish host port " + std::to_string(port.host_port) + "/" + port.protocol + ": pod '" +
                             pod.name + "' in namespace '" + pod.name_space + "' has it"};
  }
  return {};
}

}  // namespace podrun
