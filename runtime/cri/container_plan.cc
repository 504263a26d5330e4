#include "runtime/cri/container_plan.h"

#include <sched.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/cri/container_cdi.h"
#include "runtime/cri/container_devices.h"
#include "runtime/cri/container_limits.h"
#include "runtime/cri/container_mounts.h"
#include "runtime/cri/container_security.h"
#include "runtime/cri/encoding.h"
#include "runtime/cri/invalid.h"
#include "runtime/cri/pod_plan.h"
#include "runtime/kernel/signals.h"
#include "runtime/plan/container.h"

namespace podrun::cri {
namespace {

constexpr std::string_view kSignalPrefix = "SIGNAL_";

bool has_own_pids(const PodPlan& pod) { return (pod.namespaces.pause & CLONE_NEWPID) != 0; }

Result<std::string> target_of(const std::string& id, const std::vector<ContainerRecord>& siblings) {
  const auto found = std::find_if(siblings.begin(), siblings.end(),
                                  [&](const ContainerRecord& one) { return !id.empty() && one.plan.id == id; });
  if (found != siblings.end()) return found->plan.name;
  return Error{Kind::not_found, 0, "namespace_options.target_id: the pod has no container '" + id + "'"};
}

// Which processes it sees. What it shares with its pod otherwise is the pod's to say.
Result<void> choose_pids(const api::ContainerConfig& config, const ContainerSurroundings& around, ContainerPlan& plan) {
  const auto& security = config.linux().security_context();
  const auto& of_pod = around.pod_config.linux().security_context().namespace_options();
  const auto& modes = security.has_namespace_options() ? security.namespace_options() : of_pod;
  if (modes.network() != of_pod.network() || modes.ipc() != of_pod.ipc())
    return invalid("namespace_options", "network and ipc have to be those of the pod");
  const bool is_host = !has_own_pids(around.pod.plan);
  if ((modes.pid() == api::NODE) != is_host && modes.pid() != api::CONTAINER && modes.pid() != api::TARGET)
    return invalid("namespace_options.pid", is_host ? "the pod has the machine's" : "the pod has its own");
  const std::uint64_t pids = CLONE_NEWPID;
  plan.join &= ~pids;
  plan.fresh &= ~pids;
  if (modes.pid() == api::POD) plan.join |= pids;
  if (modes.pid() == api::CONTAINER) plan.fresh |= pids;
  if (modes.pid() == api::TARGET) plan.target = TRY(target_of(modes.target_id(), around.siblings));
  return {};
}

ContainerSpec spec_of(const api::ContainerConfig& config) {
  ContainerSpec spec;
  spec.name = file_name_of(config.metadata().name());
  spec.image = config.image().image();
  spec.command = {config.command().begin(), config.command().end()};
  spec.args = {config.args().begin(), config.args().end()};
  for (const api::KeyValue& variable : config.envs()) spec.env.emplace_back(variable.key(), variable.value());
  spec.working_dir = config.working_dir();
  spec.has_stdin = config.stdin();
  spec.stdin_once = config.stdin_once();
  spec.terminal = config.tty();
  if (const int signal = number_of(config.stop_signal()); signal != 0) spec.stop_signal = signal;
  return spec;
}

Result<void> check(const api::ContainerConfig& config) {
  if (!config.has_metadata()) return invalid("config.metadata", "is missing");
  if (config.metadata().name().empty()) return invalid("config.metadata.name", "is empty");
  for (const api::KeyValue& variable : config.envs())
    if (variable.key().empty() || variable.key().find('=') != std::string::npos)
      return invalid("config.envs", "'" + variable.key() + "' is no name of a variable");
  return {};
}

// What the CLI shows of it.
std::string asked_of(const api::ContainerConfig& config) {
  using nlohmann::json;
  json asked{{"name", file_name_of(config.metadata().name())}, {"image", config.image().image()}};
  for (const std::string& word : config.command()) asked["command"].push_back(word);
  for (const std::string& word : config.args()) asked["args"].push_back(word);
  return asked.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string log_path_of(const api::ContainerConfig& config, const api::PodSandboxConfig& pod) {
  if (pod.log_directory().empty() || config.log_path().empty()) return {};
  return pod.log_directory() + "/" + config.log_path();
}

}  // namespace

int number_of(api::Signal signal) {
  if (signal == api::SIGNAL_RUNTIME_DEFAULT || !api::Signal_IsValid(signal)) return 0;
  std::string name = api::Signal_Name(signal).substr(kSignalPrefix.size());
  for (const auto& [theirs, ours] : {std::pair{"PLUS", "+"}, std::pair{"MINUS", "-"}})
    if (const auto at = name.find(theirs); at != std::string::npos) name.replace(at, std::string(theirs).size(), ours);
  return parse_signal(name).value_or(0);
}

api::Signal signal_of(int number) {
  // Of those with two names the first in the list is not always the usual one.
  if (number == number_of(api::SIGNAL_SIGCHLD)) return api::SIGNAL_SIGCHLD;
  for (int value = api::SIGNAL_SIGABRT; value <= api::SIGNAL_SIGRTMAX; ++value)
    if (number_of(static_cast<api::Signal>(value)) == number) return static_cast<api::Signal>(value);
  return api::SIGNAL_RUNTIME_DEFAULT;
}

std::string file_name_of(const std::string& name) {
  constexpr std::size_t kLongest = 63;  // as a DNS label
  const bool is_label = !name.empty() && name.size() <= kLongest && name.front() != '-' && name.back() != '-' &&
                        std::all_of(name.begin(), name.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                        });
  return is_label ? name : "c-" + sha256(name).substr(0, 32);
}

Result<ContainerPlan> plan_container(const api::ContainerConfig& config, ContainerSurroundings around) {
  TRY(check(config));
  const PodSpec pod = cri::spec_of(around.pod_config);
  ContainerSpec spec = spec_of(config);
  const auto& security = config.linux().security_context();
  TRY(give_security(security, around.pod_config.linux().security_context(), around.machine, spec, around.facts));
  ContainerPlan plan =
      TRY(make_container_plan(pod, spec, around.pod.plan, around.facts, around.machine, around.layout));
  plan.attempt = config.metadata().attempt();
  plan.cgroup = plan.key();
  plan.writable = around.layout.writable(around.pod.plan.who.id, plan.key());
  plan.log_path = around.layout.log(around.pod.plan.who.id, plan.key());
  if (std::string path = log_path_of(config, around.pod_config); !path.empty()) plan.log_path = std::move(path);
  plan.cri = to_base64(config.SerializeAsString());
  plan.asked = asked_of(config);
  TRY(choose_pids(config, around, plan));
  TRY(finish_security(security, plan));
  TRY(add_mounts(TRY(mounts_of(config, around.images)), around.pod.plan, plan.mounts));
  TRY(give_limits(config.linux().resources(), around.machine.cgroup, plan));
  if (plan.devices == DeviceAccess::as_pod) plan.devices = DeviceAccess::common;
  if (!security.privileged()) plan.device_nodes = TRY(devices_of(config));
  TRY(give_cdi_devices(config, around.cdi_directories, around.pod.plan, plan));
  return plan;
}

}  // namespace podrun::cri
