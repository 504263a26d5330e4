#include "runtime/sandbox/pod_facts.h"

#include "base/files.h"
#include "runtime/plan/apparmor.h"
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/images.h"
#include "runtime/sandbox/seccomp_profile.h"

namespace podrun {
namespace {

// RFC 9562, version 4.
std::string make_uuid() {
  std::string hex = base::random_hex(16);
  hex[12] = '4';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) hex.insert(dash, "-");
  return hex;
}

}  // namespace

Result<ContainerFacts> find_container(const Host& host, const MachineFacts& machine, const PodSpec& pod,
                                      const ContainerSpec& container, const Registry& registry) {
  ContainerFacts facts;
  ChosenProfile profile = TRY(choose_profile(container.security.apparmor, machine.apparmor));
  if (!profile.warning.empty()) host.warn("container '" + container.name + "': " + profile.warning);
  facts.apparmor_profile = std::move(profile.name);
  facts.seccomp_filter = TRY(find_seccomp_filter(host.options.seccomp_dir, container.security.seccomp_profile));
  facts.image = TRY(provide_image(host, pod, {container.image, container.pull_policy}, registry));
  const std::vector<std::string> layers = facts.image.layers.readable();
  facts.passwd = TRY(read_from_layers(layers, "/etc/passwd"));
  facts.group = TRY(read_from_layers(layers, "/etc/group"));
  return facts;
}

Result<MachineFacts> find_machine(const Host& host, bool host_network) {
  MachineFacts machine = TRY(find_machine(host_network));
  machine.cgroup_parent = host.options.cgroup_parent;
  machine.unsafe_sysctls = host.options.unsafe_sysctls;
  if (!machine.hosts.problem.empty()) host.warn(machine.hosts.problem + " (the pod's own has localhost alone)");
  return machine;
}

Result<PodFacts> find_facts(const Host& host, const PodSpec& spec, const std::vector<std::string>& networks,
                            const Registry& registry) {
  PodFacts facts;
  facts.id = base::random_hex(32);
  facts.uid = make_uuid();
  facts.machine = TRY(find_machine(host, spec.host_network));
  for (const auto& container : spec.containers)
    facts.containers.push_back(
        TRY(find_container(host, facts.machine, spec, container, registry).in("container '" + container.name + "'")));
  for (const VolumeSpec& volume : spec.volumes)
    if (const auto* image = std::get_if<ImageSpec>(&volume.source))
      facts.volume_images[volume.name] =
          TRY(provide_image(host, spec, *image, registry).in("volume '" + volume.name + "'"));
  facts.asked_networks = annotations::networks_asked_for(spec.annotations, networks);
  facts.networks = TRY(
      choose_networks(TRY(select_networks(spec.annotations, spec.host_network, facts.asked_networks, host.warn)),
                      host.options.cni_conf_dir, host.warn));
  return facts;
}

}  // namespace podrun
