#include "runtime/plan/limits.h"

namespace podrun {
namespace {

using Amount = std::optional<std::uint64_t>;

constexpr std::uint64_t kPids = 2048;  // processes and threads of a container unless said otherwise, as podman has it

Amount either(const Amount& own, const PodSpec& pod, Amount ResourceSpec::*of_pod) {
  return own || !pod.resources ? own : (*pod.resources).*of_pod;
}

}  // namespace

CgroupLimits container_limits(const PodSpec& pod, const ContainerSpec& container) {
  const ResourceSpec& own = container.resources;
  CgroupLimits limits;
  limits.memory_bytes = either(own.memory_limit, pod, &ResourceSpec::memory_limit);
  limits.memory_kept = own.memory_request;
  limits.cpu_millis = either(own.cpu_limit, pod, &ResourceSpec::cpu_limit);
  limits.cpu_weight = own.cpu_request ? own.cpu_request : limits.cpu_millis;
  limits.pids = own.pids_limit;
  limits.pids_unless_said = kPids;
  return limits;
}

CgroupLimits pod_limits(const PodSpec& pod) {
  CgroupLimits limits;
  if (const std::uint64_t kept = memory_request(pod); kept != 0) limits.memory_kept = kept;
  limits.pids = pod.pids_limit;
  if (!pod.resources) return limits;
  limits.memory_bytes = pod.resources->memory_limit;
  limits.cpu_millis = pod.resources->cpu_limit;
  limits.cpu_weight = pod.resources->cpu_request;
  return limits;
}

std::uint64_t memory_request(const PodSpec& pod) {
  if (pod.resources && pod.resources->memory_request) return *pod.resources->memory_request;
  return containers_request(pod.containers, &ResourceSpec::memory_request);
}

}  // namespace podrun
