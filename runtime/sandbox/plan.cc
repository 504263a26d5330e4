#include "runtime/sandbox/plan.h"

#include <sched.h>

#include "runtime/image/attributes.h"
#include "runtime/kernel/seccomp.h"
#include "runtime/sandbox/log_limits.h"
#include "runtime/sandbox/oom_score.h"
#include "runtime/sandbox/plan_network.h"
#include "runtime/sandbox/plan_root.h"

namespace podrun {
namespace {

constexpr std::uint64_t kPids = 2048;  // processes and threads of a container unless said otherwise, as podman has it
constexpr std::uint32_t kMaxPingGroup = 0x7fffffff;  // the most that the kernel takes

PodRecord record_of(const PodSpec& spec, const HostFacts& facts, const Layout& layout) {
  PodRecord record;
  record.id = facts.id;
  record.uid = spec.uid.empty() ? facts.uid : spec.uid;
  record.name = spec.name;
  record.name_space = spec.name_space;
  record.labels = spec.labels;
  record.annotations = spec.annotations;
  record.manifest = spec.manifest;
  record.grace_period = spec.grace_period;
  record.boot_id = facts.boot_id;
  record.created_at = facts.now;
  record.host_network = spec.host_network;
  record.host_users = spec.host_users;
  if (!spec.host_network) record.netns_path = layout.netns(spec.name_space, spec.name);
  record.cgroup_parent = facts.cgroup_parent;
  record.cgroup_path = "/podrun-" + facts.id;
  record.hostname = spec.host_network ? facts.hostname : spec.hostname;  // as the kubelet has it
  return record;
}

void set_namespaces(const PodSpec& spec, PodPlan& plan) {
  plan.pause_namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWCGROUP;
  plan.join = CLONE_NEWNS | CLONE_NEWUTS;  // pause's mounts are what the container's own are copied from
  plan.fresh = CLONE_NEWNS | CLONE_NEWCGROUP;
  const auto share = [&](std::uint64_t flag) {
    plan.pause_namespaces |= flag;
    plan.join |= flag;
  };
  if (!spec.host_users) share(CLONE_NEWUSER);
  if (!spec.host_network) share(CLONE_NEWNET);
  if (!spec.host_ipc) share(CLONE_NEWIPC);
  if (spec.host_pid) return;
  plan.pause_namespaces |= CLONE_NEWPID;
  (spec.share_process_namespace ? plan.join : plan.fresh) |= CLONE_NEWPID;
}

// What containers without capabilities may do in a network that is the pod's alone, as under podman, docker and
// containerd: ping, and serve ports below 1024. Ids that the user namespace has not are none to the kernel.
std::vector<std::pair<std::string, std::string>> sysctls_of_network(bool host_users) {
  const std::uint32_t last_group = host_users ? kMaxPingGroup : image::kIdCount - 1;
  return {{"net.ipv4.ping_group_range", "0 " + std::to_string(last_group)},
          {"net.ipv4.ip_unprivileged_port_start", "0"}};
}

init::Plan pause_plan(const PodSpec& spec, const std::string& hostname) {
  init::Plan plan;
  plan.role = init::Role::pause;
  plan.new_user_namespace = !spec.host_users;
  plan.sends_program = true;
  plan.root = pause_root(spec.host_ipc);
  plan.root.hostname = hostname;
  plan.root.loopback = !spec.host_network;
  if (!spec.host_network) plan.root.sysctls = sysctls_of_network(spec.host_users);
  plan.process.args = {"pause"};
  const auto filter = seccomp::pause_profile();
  plan.process.seccomp.assign(filter.begin(), filter.end());
  return plan;
}

std::vector<std::string> command_of(const ContainerSpec& spec, const ImageConfig& config) {
  // Kubernetes: `command` replaces both of the image's, `args` alone replaces its cmd.
  std::vector<std::string> args = spec.command;
  if (args.empty()) args = config.entrypoint;
  const auto& rest = !spec.args.empty() || !spec.command.empty() ? spec.args : config.cmd;
  args.insert(args.end(), rest.begin(), rest.end());
  return args;
}

void set_variable(std::vector<std::pair<std::string, std::string>>& env, const std::string& name, std::string value) {
  for (auto& variable : env)
    if (variable.first == name) {
      variable.second = std::move(value);
      return;
    }
  env.emplace_back(name, std::move(value));
}

bool has_variable(const std::vector<std::pair<std::string, std::string>>& env, std::string_view name) {
  for (const auto& variable : env)
    if (variable.first == name) return true;
  return false;
}

Result<User> user_of(const ContainerSpec& spec, const ImageFacts& facts) {
  std::string wanted = facts.image.config.user;
  if (spec.security.run_as_user) wanted = std::to_string(*spec.security.run_as_user);
  if (spec.security.run_as_group) {
    wanted = wanted.substr(0, wanted.find(':'));
    wanted = (wanted.empty() ? "0" : wanted) + ":" + std::to_string(*spec.security.run_as_group);
  }
  User user = TRY(resolve_user(wanted, facts.passwd, facts.group));
  if (spec.security.run_as_non_root && user.uid == 0)
    return Error{Kind::invalid, 0,
                 "find the user: runAsNonRoot is set, but the container would run as root (set runAsUser)"};
  return user;
}

Result<ProcessSettings> settings_of(const std::string& hostname, const ContainerSpec& spec, const ImageFacts& facts) {
  const ImageConfig& config = facts.image.config;
  const User user = TRY(user_of(spec, facts));
  ProcessSettings settings;
  settings.args = command_of(spec, config);
  if (settings.args.empty())
    return Error{Kind::invalid, 0, "find the command: neither the manifest nor the image has one (set command)"};
  for (const auto& [name, value] : config.env) set_variable(settings.env, name, value);
  for (const auto& [name, value] : spec.env) set_variable(settings.env, name, value);
  if (!has_variable(settings.env, "PATH"))
    set_variable(settings.env, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  if (!has_variable(settings.env, "HOSTNAME")) set_variable(settings.env, "HOSTNAME", hostname);
  if (!has_variable(settings.env, "HOME")) set_variable(settings.env, "HOME", user.home);
  settings.cwd = !spec.working_dir.empty() ? spec.working_dir : !config.working_dir.empty() ? config.working_dir : "/";
  settings.uid = user.uid;
  settings.gid = user.gid;
  settings.groups = user.groups;
  settings.capabilities = TRY(capabilities::resolve(spec.security.add_capabilities, spec.security.drop_capabilities));
  settings.no_new_privileges = spec.security.no_new_privileges;
  settings.seccomp = spec.security.seccomp;
  return settings;
}

Result<ContainerPlan> container_plan(const std::string& hostname, const ContainerSpec& spec, const ImageFacts& facts,
                                     const HostFacts& host, const Layout& layout) {
  ContainerPlan plan;
  plan.record.name = spec.name;
  plan.record.image = spec.image;
  plan.record.image_digest = facts.image.digest;
  plan.record.log_path = layout.log(host.id, spec.name);
  plan.record.settings = TRY(settings_of(hostname, spec, facts));
  plan.layers = facts.image.layers;
  plan.writable = layout.writable(host.id, spec.name);
  plan.exit_dir = layout.container(host.id, spec.name);
  plan.limits = {spec.resources.memory_limit, spec.resources.memory_request, spec.resources.cpu_limit,
                 spec.resources.cpu_request,  spec.resources.pids_limit,     kPids};
  plan.root = container_root(host.cgroup);
  plan.root.is_read_only = spec.security.read_only_root;
  return plan;
}

}  // namespace

Result<PodPlan> make_plan(const PodSpec& spec, const HostFacts& facts, const Layout& layout) {
  PodPlan plan;
  plan.record = record_of(spec, facts, layout);
  plan.cgroup_host = facts.cgroup;
  set_namespaces(spec, plan);
  plan.pause = pause_plan(spec, plan.record.hostname);
  const shim::LogLimits log = TRY(log_limits(spec));
  for (std::size_t i = 0; i < spec.containers.size(); ++i)
    plan.containers.push_back(
        TRY(container_plan(plan.record.hostname, spec.containers[i], facts.images[i], facts, layout)
                .in("container '" + spec.containers[i].name + "'")));
  for (ContainerPlan& container : plan.containers) container.log = log;
  for (std::size_t i = 0; i < spec.containers.size(); ++i)
    plan.containers[i].oom_score_adj = oom_score_adj(spec, spec.containers[i], facts.memory_bytes);
  for (const auto& container : spec.containers)
    for (const auto& port : container.ports)
      if (port.host_port != 0) plan.host_ports.push_back(port);
  for (const ChosenNetwork& network : facts.networks)
    plan.networks.push_back(TRY(network_plan(spec, network, plan.record, &network == &facts.networks.front())
                                    .in("network '" + network.network.name + "'")));
  plan.etc = {plan.record.hostname,   spec.host_aliases,        spec.dns, spec.host_network, facts.hosts.text,
              facts.resolv_conf.text, facts.resolv_conf.problem};
  return plan;
}

}  // namespace podrun
