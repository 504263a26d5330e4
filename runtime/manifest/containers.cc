#include <algorithm>
#include <set>

#include "runtime/manifest/manifest.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::size_t kMaxExpandedBytes = std::size_t{4} << 20U;

Result<ContainerSpec> read_container(const Reader& given, const Reader& pod_security, const PodSpec& pod,
                                     std::size_t& room) {
  ContainerSpec spec;
  if (!given.has("name")) return given.bad("name", "is missing");
  spec.name = given.text("name");
  if (const std::string why = why_bad_label(spec.name); !why.empty())
    return given.bad("name", quote(spec.name) + " " + why);

  if (!given.has("image")) return given.bad("image", "is missing");
  spec.image = given.text("image");
  if (const std::string why = why_bad_image(spec.image); !why.empty()) return given.bad("image", why);

  spec.working_dir = given.text("workingDir");
  if (!spec.working_dir.empty() && !spec.working_dir.starts_with('/'))
    return given.bad("workingDir", quote(spec.working_dir) + " does not begin with '/'");

  TRY(read_process(given, room, spec));
  spec.ports = TRY(read_ports(given, pod.host_network));
  spec.resources = TRY(read_resources(given.at("resources")));
  spec.security = TRY(read_security(given.at("securityContext"), pod_security, pod.host_users));
  return spec;
}

bool is_every_address(std::string_view ip) { return ip.empty() || ip == "0.0.0.0" || ip == "::"; }

bool collide(const PortSpec& a, const PortSpec& b) {
  return a.host_port != 0 && a.host_port == b.host_port && a.protocol == b.protocol &&
         (a.host_ip == b.host_ip || is_every_address(a.host_ip) || is_every_address(b.host_ip));
}

Result<void> claim_host_ports(const Reader& given, const ContainerSpec& container, std::vector<PortSpec>& claimed) {
  const std::vector<Reader> ports = given.items("ports");
  for (std::size_t i = 0; i < container.ports.size(); ++i) {
    const PortSpec& port = container.ports[i];
    if (std::any_of(claimed.begin(), claimed.end(), [&](const PortSpec& other) { return collide(port, other); }))
      return ports[i].bad("hostPort",
                          std::to_string(port.host_port) + "/" + port.protocol + " is taken by an earlier port");
    if (port.host_port != 0) claimed.push_back(port);
  }
  return {};
}

}  // namespace

std::string why_bad_image(std::string_view image) {
  for (const std::string_view scheme : {"rootfs:", "oci:"})
    if (image.starts_with(scheme) && image.size() > scheme.size() && image[scheme.size()] != ':') return {};
  return "expected rootfs:DIR or oci:DIR[:TAG], found " + quote(image) +
         "; pulling from a registry is not supported yet";
}

Result<void> read_containers(const Reader& spec, PodSpec& pod) {
  const Reader pod_security = spec.at("securityContext");
  std::size_t room = kMaxExpandedBytes;
  std::set<std::string> names;
  std::vector<PortSpec> host_ports;
  for (const Reader& given : spec.items("containers")) {
    ContainerSpec container = TRY(read_container(given, pod_security, pod, room));
    if (!names.insert(container.name).second)
      return given.bad("name", quote(container.name) + " is the name of an earlier container");
    TRY(claim_host_ports(given, container, host_ports));
    pod.containers.push_back(std::move(container));
  }
  if (pod.containers.empty()) return spec.bad("containers", "needs at least one container");
  return {};
}

}  // namespace podrun::manifest
