#include "runtime/plan/pod.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/image/attributes.h"
#include "runtime/image/digest.h"
#include "runtime/plan/annotations.h"
#include "runtime/plan/container.h"
#include "runtime/plan/limits.h"
#include "runtime/plan/log_limits.h"
#include "runtime/plan/network.h"

namespace podrun {
namespace {

constexpr std::uint32_t kMaxPingGroup = 0x7fffffff;  // the most that the kernel takes

Namespaces namespaces_of(const PodSpec& spec) {
  Namespaces plan;
  plan.host_network = spec.host_network;
  plan.host_users = spec.host_users;
  plan.pause = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWCGROUP;
  plan.join = CLONE_NEWNS | CLONE_NEWUTS;  // pause's mounts are what the container's own are copied from
  plan.fresh = CLONE_NEWNS | CLONE_NEWCGROUP;
  const auto share = [&](std::uint64_t flag) {
    plan.pause |= flag;
    plan.join |= flag;
  };
  if (!spec.host_users) share(CLONE_NEWUSER);
  if (!spec.host_network) share(CLONE_NEWNET);
  if (!spec.host_ipc) share(CLONE_NEWIPC);
  if (spec.host_pid) return plan;
  plan.pause |= CLONE_NEWPID;
  (spec.share_process_namespace ? plan.join : plan.fresh) |= CLONE_NEWPID;
  return plan;
}

// What containers without capabilities may do in a network that is the pod's alone, as under podman, docker and
// containerd: ping, and serve ports below 1024. Ids that the user namespace has not are none to the kernel.
std::vector<std::pair<std::string, std::string>> sysctls_of_network(bool host_users) {
  const std::uint32_t last_group = host_users ? kMaxPingGroup : image::kIdCount - 1;
  return {{"net.ipv4.ping_group_range", "0 " + std::to_string(last_group)},
          {"net.ipv4.ip_unprivileged_port_start", "0"}};
}

// Those that Kubernetes calls safe: they change nothing for other pods, nor how much of the machine the pod can take.
constexpr std::array<std::string_view, 13> kSafeSysctls{"kernel.shm_rmid_forced",
                                                        "net.ipv4.ip_local_port_range",
                                                        "net.ipv4.ip_local_reserved_ports",
                                                        "net.ipv4.ip_unprivileged_port_start",
                                                        "net.ipv4.ping_group_range",
                                                        "net.ipv4.tcp_fin_timeout",
                                                        "net.ipv4.tcp_keepalive_intvl",
                                                        "net.ipv4.tcp_keepalive_probes",
                                                        "net.ipv4.tcp_keepalive_time",
                                                        "net.ipv4.tcp_rmem",
                                                        "net.ipv4.tcp_slow_start_after_idle",
                                                        "net.ipv4.tcp_syncookies",
                                                        "net.ipv4.tcp_wmem"};

Result<void> check_allowed(const std::string& sysctl, const std::vector<std::string>& unsafe) {
  const auto names_it = [&](const std::string& pattern) {
    return pattern.ends_with('*') ? sysctl.starts_with(pattern.substr(0, pattern.size() - 1)) : sysctl == pattern;
  };
  if (std::find(kSafeSysctls.begin(), kSafeSysctls.end(), sysctl) != kSafeSysctls.end() ||
      std::any_of(unsafe.begin(), unsafe.end(), names_it))
    return {};
  return Error{Kind::denied, 0,
               "spec.securityContext.sysctls: '" + sysctl + "' is not among those that Kubernetes calls safe " +
                   "(--allowed-unsafe-sysctls '" + sysctl + "' allows it)"};
}

std::vector<PortSpec> host_ports(const PodSpec& spec) {
  std::vector<PortSpec> ports;
  for (const auto& container : spec.containers)
    for (const auto& port : container.ports)
      if (is_published(container, port)) ports.push_back(port);
  return ports;
}

Result<bool> is_removed_at_end(const PodSpec& spec) {
  const std::string* said = annotations::find(spec.annotations, annotations::kRemoveAtEnd);
  if (said == nullptr || *said == "false") return false;
  if (*said == "true") return true;
  return annotations::bad(annotations::kRemoveAtEnd, "", "true or false", *said);
}

}  // namespace

std::string digest_of_given(const PodSpec& spec) {
  image::Hasher hasher(image::Digest::Algorithm::sha256);
  const auto add = [&](const std::string& text) { hasher.update(text.c_str(), text.size() + 1); };  // with its end
  for (const ContainerSpec& container : spec.containers) {
    add(container.name);
    for (const auto& [name, value] : container.env) add(name + "=" + value);
    for (const std::string& word : container.command) add(word);
    for (const std::string& word : container.args) add(word);
  }
  for (const VolumeSpec& volume : spec.volumes)
    if (const auto* given = std::get_if<FilesSpec>(&volume.source))
      for (const VolumeFile& file : given->files) {
        add(volume.name + "/" + file.path + " " + std::to_string(file.mode));
        add(file.content);
      }
  return hasher.finish().text();
}

Result<PodPlan> make_pod_plan(const PodSpec& spec, const PodFacts& facts, const Layout& layout) {
  PodPlan plan;
  plan.who = {.id = facts.id,
              .uid = spec.uid.empty() ? facts.uid : spec.uid,
              .name = spec.name,
              .name_space = spec.name_space,
              .labels = spec.labels,
              .annotations = spec.annotations,
              .manifest = spec.manifest,
              .source = spec.source,
              .given = digest_of_given(spec)};
  plan.namespaces = namespaces_of(spec);
  plan.hostname = spec.host_network ? facts.machine.hostname : spec.hostname;  // as the kubelet has it
  plan.etc = {.hostname = plan.hostname,
              .fqdn = spec.host_network ? "" : spec.fqdn,
              .aliases = spec.host_aliases,
              .dns = spec.dns,
              .host_network = spec.host_network,
              .host_hosts = facts.machine.hosts.text,
              .host_resolv_conf = facts.machine.resolv_conf.text,
              .host_resolv_problem = facts.machine.resolv_conf.problem};
  plan.volumes = plan_volumes(spec, facts.id, layout, facts.volume_images);
  if (spec.fs_group)
    plan.volume_group = VolumeGroup{.id = *spec.fs_group, .only_where_it_differs = spec.fs_group_on_root_mismatch};
  plan.host_ports = host_ports(spec);
  if (!spec.host_network) {
    plan.sysctls = sysctls_of_network(spec.host_users);
    plan.netns_path = layout.netns(spec.name_space, spec.name);
  }
  for (const auto& sysctl : spec.sysctls) {
    TRY(check_allowed(sysctl.first, facts.machine.unsafe_sysctls));
    plan.sysctls.push_back(sysctl);  // after podrun's own, so that it is what counts
  }
  plan.log_limits = TRY(log_limits(spec.annotations));
  plan.cgroup_path = facts.machine.cgroup_parent + "/podrun-" + facts.id;
  plan.limits = pod_limits(spec);
  plan.devices_by_container =
      std::any_of(spec.containers.begin(), spec.containers.end(),
                  [&](const ContainerSpec& container) { return has_devices_of_host(spec, container); });
  plan.grace_period = spec.grace_period;
  plan.restart = spec.restart;
  plan.active_deadline = spec.active_deadline;
  plan.removed_at_end = TRY(is_removed_at_end(spec));
  plan.networks = facts.asked_networks;
  return plan;
}

Result<std::vector<NetworkPlan>> plan_networks(const std::vector<ChosenNetwork>& networks, const PodPlan& pod) {
  std::vector<NetworkPlan> plans;
  for (const ChosenNetwork& network : networks)
    plans.push_back(
        TRY(network_plan(network, pod, &network == &networks.front()).in("network '" + network.network.name + "'")));
  return plans;
}

Result<NewPod> make_plan(const PodSpec& spec, const PodFacts& facts, const Layout& layout) {
  NewPod pod;
  pod.cgroup_host = facts.machine.cgroup;
  pod.plan = TRY(make_pod_plan(spec, facts, layout));
  pod.layers = volume_layers(facts.volume_images);
  pod.files = volume_files(spec, pod.plan.who, facts.machine);
  for (std::size_t i = 0; i < spec.containers.size(); ++i) {
    const ContainerSpec& container = spec.containers[i];
    ContainerPlan plan = TRY(make_container_plan(spec, container, pod.plan, facts.containers[i], facts.machine, layout)
                                 .in("container '" + container.name + "'"));
    plan.position = static_cast<std::uint32_t>(i);
    pod.containers.push_back({std::move(plan), facts.containers[i].image.layers, 0, 0});
  }
  pod.networks = TRY(plan_networks(facts.networks, pod.plan));
  return pod;
}

}  // namespace podrun
