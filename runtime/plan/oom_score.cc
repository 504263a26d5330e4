#include "runtime/plan/oom_score.h"

#include <algorithm>
#include <optional>

namespace podrun {
namespace {

constexpr int kGuaranteed = -997;  // one better than what Kubernetes gives its own daemons' containers
constexpr int kBestEffort = 1000;

// The manifest's reader has set requests that are missing to the limits.
bool is_guaranteed(const ContainerSpec& container) {
  const ResourceSpec& resources = container.resources;
  return resources.memory_limit && resources.cpu_limit && resources.memory_request == resources.memory_limit &&
         resources.cpu_request == resources.cpu_limit;
}

bool asks_for_nothing(const ContainerSpec& container) {
  const ResourceSpec& resources = container.resources;
  return !resources.memory_limit && !resources.cpu_limit && !resources.memory_request && !resources.cpu_request;
}

// A sidecar is spared at least as long as the main container that is spared least, which it serves (KEP-753).
std::uint64_t request_that_counts(const PodSpec& pod, const ContainerSpec& container) {
  const std::uint64_t own = container.resources.memory_request.value_or(0);
  if (container.role != ContainerRole::sidecar) return own;
  std::optional<std::uint64_t> least;
  for (const ContainerSpec& other : pod.containers)
    if (other.role == ContainerRole::main)
      least = std::min(other.resources.memory_request.value_or(0), least.value_or(UINT64_MAX));
  return std::max(own, least.value_or(0));
}

}  // namespace

int oom_score_adj(const PodSpec& pod, const ContainerSpec& container, std::uint64_t machine_bytes) {
  if (std::all_of(pod.containers.begin(), pod.containers.end(), is_guaranteed)) return kGuaranteed;
  if (std::all_of(pod.containers.begin(), pod.containers.end(), asks_for_nothing)) return kBestEffort;
  const double request = static_cast<double>(request_that_counts(pod, container));
  const int adjusted =
      1000 - static_cast<int>(1000 * request / static_cast<double>(std::max<std::uint64_t>(1, machine_bytes)));
  return std::clamp(adjusted, 1000 + kGuaranteed, kBestEffort - 1);
}

}  // namespace podrun
