#include "runtime/plan/oom_score.h"

#include <algorithm>
#include <optional>

namespace podrun {
namespace {

constexpr int kGuaranteed = -997;  // one better than what Kubernetes gives its own daemons' containers
constexpr int kBestEffort = 1000;

// The manifest's reader has set requests that are missing to the limits.
bool is_guaranteed(const ResourceSpec& resources) {
  return resources.memory_limit && resources.cpu_limit && resources.memory_request == resources.memory_limit &&
         resources.cpu_request == resources.cpu_limit;
}

bool asks_for_nothing(const ResourceSpec& resources) {
  return !resources.memory_limit && !resources.cpu_limit && !resources.memory_request && !resources.cpu_request;
}

// Its own resources decide, where a Pod has some, and else those of every container.
bool is_so(const PodSpec& pod, bool (*holds)(const ResourceSpec&)) {
  if (pod.resources) return holds(*pod.resources);
  return std::all_of(pod.containers.begin(), pod.containers.end(),
                     [&](const ContainerSpec& container) { return holds(container.resources); });
}

// What the Pod asks for beyond its containers is theirs in equal parts (KEP-2837).
std::uint64_t part_of_the_rest(const PodSpec& pod) {
  if (!pod.resources || !pod.resources->memory_request) return 0;
  std::uint64_t containers = 0, sum = 0;
  for (const ContainerSpec& container : pod.containers) {
    if (container.role == ContainerRole::init) continue;
    ++containers;
    sum += container.resources.memory_request.value_or(0);
  }
  const std::uint64_t all = *pod.resources->memory_request;
  return sum >= all || containers == 0 ? 0 : (all - sum) / containers;
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

const char* qos_class(const PodSpec& pod) {
  if (is_so(pod, is_guaranteed)) return "Guaranteed";
  return is_so(pod, asks_for_nothing) ? "BestEffort" : "Burstable";
}

int oom_score_adj(const PodSpec& pod, const ContainerSpec& container, std::uint64_t machine_bytes) {
  if (is_so(pod, is_guaranteed)) return kGuaranteed;
  if (is_so(pod, asks_for_nothing)) return kBestEffort;
  const double request = static_cast<double>(request_that_counts(pod, container) + part_of_the_rest(pod));
  const int adjusted =
      1000 - static_cast<int>(1000 * request / static_cast<double>(std::max<std::uint64_t>(1, machine_bytes)));
  return std::clamp(adjusted, 1000 + kGuaranteed, kBestEffort - 1);
}

}  // namespace podrun
