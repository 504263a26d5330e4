#include "runtime/cri/pod_plan.h"

#include <sched.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/ip.h"
#include "runtime/cri/encoding.h"
#include "runtime/cri/invalid.h"
#include "runtime/plan/pod.h"

namespace podrun::cri {
namespace {

const api::NamespaceOption& namespaces_of(const api::PodSandboxConfig& config) {
  return config.linux().security_context().namespace_options();
}

// What the CLI shows of it. The request itself is on record as it came.
std::string manifest_of(const api::PodSandboxConfig& config) {
  using nlohmann::json;
  const auto& metadata = config.metadata();
  json pod{{"apiVersion", "v1"},
           {"kind", "Pod"},
           {"metadata", {{"name", metadata.name()}, {"namespace", metadata.namespace_()}, {"uid", metadata.uid()}}},
           {"spec", {{"containers", json::array()}}}};
  for (const auto& [name, value] : config.labels()) pod["metadata"]["labels"][name] = value;
  return pod.dump(-1, ' ', false, json::error_handler_t::replace);
}

// With kubelet's systemd driver: "kubepods-burstable.slice" is below "kubepods.slice".
std::string parent_of(const std::string& asked, const std::string& own) {
  if (asked.empty()) return own;
  constexpr std::string_view kSlice = ".slice";
  if (!asked.ends_with(kSlice) || asked.find('/') != std::string::npos)
    return asked.starts_with('/') ? asked : "/" + asked;
  std::string path;
  const std::string name = asked.substr(0, asked.size() - kSlice.size());
  for (auto dash = name.find('-'); dash != std::string::npos; dash = name.find('-', dash + 1))
    path += "/" + name.substr(0, dash) + std::string(kSlice);
  return path + "/" + asked;
}

Result<void> check_sysctls(const api::PodSandboxConfig& config) {
  const auto& modes = namespaces_of(config);
  for (const auto& [name, value] : config.linux().sysctls()) {
    const bool of_network = name.starts_with("net.");
    const bool of_ipc = name.starts_with("kernel.shm") || name.starts_with("kernel.msg") || name == "kernel.sem" ||
                        name.starts_with("fs.mqueue.");
    if (!of_network && !of_ipc) return invalid("linux.sysctls", "'" + name + "' belongs to no namespace of a pod");
    if ((of_network ? modes.network() : modes.ipc()) == api::NODE)
      return invalid("linux.sysctls",
                     "'" + name + "' would be the machine's: the pod has no namespace of its own for it");
    if (name.find("..") != std::string::npos) return invalid("linux.sysctls", "'" + name + "' is no name");
  }
  return {};
}

bool is_same(const api::IDMapping& one, const api::IDMapping& other) {
  return one.host_id() == other.host_id() && one.container_id() == other.container_id() &&
         one.length() == other.length();
}

// Empty: the pod has the host's users.
Result<std::optional<IdMap>> ids_of(const api::NamespaceOption& modes) {
  const api::UserNamespace& users = modes.userns_options();
  const std::string field = "namespace_options.userns_options";
  if (!modes.has_userns_options() || users.mode() == api::NODE) {
    if (users.uids_size() + users.gids_size() != 0) return invalid(field, "mode NODE has no mappings");
    return std::optional<IdMap>();
  }
  if (users.mode() != api::POD) return invalid(field, "mode has to be POD or NODE");
  if (users.uids_size() != 1 || users.gids_size() != 1)
    return invalid(field, "expected one mapping of uids and one of gids");
  const api::IDMapping& ids = users.uids(0);
  if (ids.container_id() != 0 || ids.length() == 0) return invalid(field, "a mapping has to begin with id 0");
  if (!is_same(ids, users.gids(0))) return invalid(field, "the mappings of uids and gids have to be the same");
  if (modes.network() == api::NODE || modes.pid() == api::NODE || modes.ipc() == api::NODE)
    return invalid(field, "a pod with a user namespace has network, pid and ipc namespaces of its own");
  return std::optional(IdMap{ids.host_id(), ids.length()});
}

Result<void> check(const api::PodSandboxConfig& config) {
  if (!config.has_metadata()) return invalid("metadata", "is missing");
  if (config.metadata().name().empty()) return invalid("metadata.name", "is empty");
  const auto& security = config.linux().security_context();
  TRY(check_group(security.has_run_as_group(), security.has_run_as_user()));
  if (namespaces_of(config).pid() == api::TARGET) return invalid("namespace_options.pid", "TARGET is for containers");
  return check_sysctls(config);
}

Result<std::vector<PortSpec>> ports_of(const api::PodSandboxConfig& config) {
  std::vector<PortSpec> ports;
  constexpr std::array kProtocols{"tcp", "udp", "sctp"};
  for (const api::PortMapping& mapping : config.port_mappings()) {
    if (mapping.host_port() == 0) continue;
    const auto is_port = [](int number) { return number > 0 && number < 65536; };
    if (!is_port(mapping.host_port()) || !is_port(mapping.container_port()))
      return invalid("port_mappings", "ports are from 1 to 65535");
    if (static_cast<std::size_t>(mapping.protocol()) >= kProtocols.size())
      return invalid("port_mappings", "no such protocol");
    std::string host_ip = mapping.host_ip();
    if (!host_ip.empty() && !base::IpAddress::parse(host_ip)) return invalid("port_mappings.host_ip", "no address");
    if (host_ip == "0.0.0.0" || host_ip == "::") host_ip.clear();
    ports.push_back({.name = {},
                     .container_port = static_cast<std::uint16_t>(mapping.container_port()),
                     .host_port = static_cast<std::uint16_t>(mapping.host_port()),
                     .host_ip = std::move(host_ip),
                     .protocol = kProtocols.at(static_cast<std::size_t>(mapping.protocol()))});
  }
  return ports;
}

}  // namespace

Result<void> check_group(bool has_group, bool has_user) {
  if (!has_group || has_user) return {};
  return invalid("security_context.run_as_group", "has no effect without run_as_user");
}

std::string key_of(const api::PodSandboxMetadata& metadata) {
  std::string text;
  for (const std::string& part : {metadata.name(), metadata.namespace_(), metadata.uid()}) text += part + '\0';
  return sha256(text + std::to_string(metadata.attempt()));
}

PodSpec spec_of(const api::PodSandboxConfig& config) {
  PodSpec spec;
  const auto& metadata = config.metadata();
  spec.name = metadata.name();
  spec.name_space = metadata.namespace_();
  spec.uid = metadata.uid();
  for (const auto& [name, value] : config.labels()) spec.labels[name] = value;
  for (const auto& [name, value] : config.annotations()) spec.annotations[name] = value;
  const auto& modes = namespaces_of(config);
  spec.host_network = modes.network() == api::NODE;
  spec.host_pid = modes.pid() == api::NODE;
  spec.host_ipc = modes.ipc() == api::NODE;
  spec.share_process_namespace = modes.pid() == api::POD;
  spec.host_users = !modes.has_userns_options() || modes.userns_options().mode() == api::NODE;
  spec.hostname = config.hostname();
  const auto& dns = config.dns_config();
  spec.dns = {.nameservers = {dns.servers().begin(), dns.servers().end()},
              .searches = {dns.searches().begin(), dns.searches().end()},
              .options = {dns.options().begin(), dns.options().end()}};
  spec.dns.is_all = !spec.dns.empty();
  for (const auto& [name, value] : config.linux().sysctls()) spec.sysctls.emplace_back(name, value);
  spec.restart = RestartPolicy::never;  // whoever asks for it looks after it
  spec.manifest = manifest_of(config);
  return spec;
}

Result<PodPlan> plan_pod(const api::RunPodSandboxRequest& request, PodSurroundings around, const Layout& layout) {
  const api::PodSandboxConfig& config = request.config();
  TRY(check(config));
  PodSpec spec = spec_of(config);
  if (spec.hostname.empty()) spec.hostname = around.machine.hostname;
  const auto ids = TRY(ids_of(namespaces_of(config)));
  PodFacts facts;
  facts.id = around.id;
  facts.uid = spec.uid;
  facts.machine = std::move(around.machine);
  facts.machine.cgroup_parent = parent_of(config.linux().cgroup_parent(), facts.machine.cgroup_parent);
  facts.machine.unsafe_sysctls = {"*"};  // what is safe is the kubelet's to say
  if (!around.network.empty()) facts.asked_networks = {around.network};
  PodPlan plan = TRY(make_pod_plan(spec, facts, layout));
  plan.who.cri = to_base64(request.SerializeAsString());
  plan.who.cri_key = key_of(config.metadata());
  if (!plan.netns_path.empty()) plan.netns_path = layout.netns(plan.who.reserved().first, plan.who.reserved().second);
  plan.ids = ids;
  plan.host_ports = TRY(ports_of(config));
  plan.devices_by_container = true;           // which ones, nobody knows yet
  plan.log_limits.bytes = ~std::uint64_t{0};  // the kubelet moves files away, and says so
  return plan;
}

}  // namespace podrun::cri
