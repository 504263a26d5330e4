#include "runtime/cri/cli_pods.h"

#include <sched.h>

#include "runtime/cri/encoding.h"

namespace podrun::cri {
namespace {

using Labels = google::protobuf::Map<std::string, std::string>;

// As a kubelet labels what it makes, and its clients find it.
void add_names(const Identity& who, Labels& labels) {
  labels["io.kubernetes.pod.name"] = who.name;
  labels["io.kubernetes.pod.namespace"] = who.name_space;
  labels["io.kubernetes.pod.uid"] = who.uid;
}

api::NamespaceOption namespaces_of(const Namespaces& namespaces) {
  const auto mode = [&](std::uint64_t kind) {
    if ((namespaces.join & kind) != 0) return api::POD;
    return (namespaces.fresh & kind) != 0 ? api::CONTAINER : api::NODE;
  };
  api::NamespaceOption options;
  options.set_network(namespaces.host_network ? api::NODE : api::POD);
  options.set_pid(mode(CLONE_NEWPID));
  options.set_ipc(mode(CLONE_NEWIPC));
  if (!namespaces.host_users) options.mutable_userns_options()->set_mode(api::POD);
  return options;
}

api::LinuxContainerResources resources_of(const Allotment& given) {
  constexpr std::int64_t kPeriod = 100'000;  // microseconds
  const auto number = [](const std::optional<std::uint64_t>& one) {
    return static_cast<std::int64_t>(one.value_or(0));
  };
  api::LinuxContainerResources resources;
  resources.set_memory_limit_in_bytes(number(given.limits.memory_bytes));
  resources.set_cpu_shares(number(given.limits.cpu_weight) * 1024 / 1000);
  if (given.limits.cpu_millis) {
    resources.set_cpu_period(kPeriod);
    resources.set_cpu_quota(number(given.limits.cpu_millis) * kPeriod / 1000);
  }
  resources.set_oom_score_adj(given.oom_score_adj);
  return resources;
}

}  // namespace

api::RunPodSandboxRequest request_of(const PodPlan& pod) {
  api::RunPodSandboxRequest request;
  auto* config = request.mutable_config();
  config->mutable_metadata()->set_name(pod.who.name);
  config->mutable_metadata()->set_namespace_(pod.who.name_space);
  config->mutable_metadata()->set_uid(pod.who.uid);
  config->mutable_labels()->insert(pod.who.labels.begin(), pod.who.labels.end());
  config->mutable_annotations()->insert(pod.who.annotations.begin(), pod.who.annotations.end());
  add_names(pod.who, *config->mutable_labels());
  config->set_hostname(pod.hostname);
  *config->mutable_linux()->mutable_security_context()->mutable_namespace_options() = namespaces_of(pod.namespaces);
  return request;
}

api::ContainerConfig config_of(const PodPlan& pod, const ContainerPlan& container) {
  api::ContainerConfig config;
  config.mutable_metadata()->set_name(container.name);
  config.mutable_metadata()->set_attempt(container.attempt);
  config.mutable_image()->set_image(container.image);
  add_names(pod.who, *config.mutable_labels());
  (*config.mutable_labels())["io.kubernetes.container.name"] = container.name;
  config.set_log_path(container.log_path.substr(container.log_path.rfind('/') + 1));
  config.set_stdin(container.stdio.has_stdin);
  config.set_stdin_once(container.stdio.stdin_once);
  config.set_tty(container.process.terminal);
  const auto changed = pod.allotments.find(container.name);
  *config.mutable_linux()->mutable_resources() = resources_of(
      changed != pod.allotments.end() ? changed->second : Allotment{container.limits, container.oom_score_adj});
  return config;
}

std::string id_of(const PodPlan& pod, const ContainerPlan& container) {
  return container.id.empty() ? sha256(pod.who.id + '/' + container.key()) : container.id;
}

Result<void> check_of_cri(const PodRecord& pod) {
  if (is_of_cri(pod)) return {};
  return Error{Kind::unsupported, 0,
               "pod '" + pod.plan.who.name +
                   "' was made by podrun, which starts, stops, changes and removes its containers; "
                   "stop or remove the pod, or use podrun"};
}

}  // namespace podrun::cri
