#include "runtime/cli/pod_sample.h"

#include <algorithm>
#include <utility>

#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

// A counter that has gone back is another's.
std::optional<double> rate(const CgroupUsage& before, std::int64_t then, const CgroupUsage& after, std::int64_t now) {
  if (!before.cpu || !after.cpu || now <= then || after.cpu->usage < before.cpu->usage) return std::nullopt;
  return static_cast<double>(after.cpu->usage - before.cpu->usage) / static_cast<double>(now - then);
}

void take_rates(PodSample& now, const PodSample& before) {
  now.cores = rate(before.usage.cgroup, before.usage.at, now.usage.cgroup, now.usage.at);
  for (ContainerSample& one : now.containers)
    for (const ContainerSample& other : before.containers)
      if (one.usage.key == other.usage.key)
        one.cores = rate(other.usage.cgroup, other.usage.at, one.usage.cgroup, one.usage.at);
}

}  // namespace

std::vector<PodSample> sample(const CgroupHost& host, const std::vector<LivePod>& pods,
                              const std::vector<PodSample>& earlier) {
  std::vector<PodSample> samples;
  for (const LivePod& pod : pods) {
    std::vector<const ContainerRecord*> running;
    for (const LiveContainer& container : pod.containers)
      if (container.status.running) running.push_back(&container.record);
    PodSample one{.who = pod.record.plan.who,
                  .taken_at = wall_time(),
                  .usage = read_usage(host, pod.record, running),
                  .cores = {},
                  .containers = {}};
    if (one.usage.cgroup.empty()) continue;
    for (ContainerUsage& container : std::exchange(one.usage.containers, {}))
      one.containers.push_back({std::move(container), {}});
    const auto before = std::find_if(earlier.begin(), earlier.end(),
                                     [&](const PodSample& other) { return other.who.id == one.who.id; });
    if (before != earlier.end()) take_rates(one, *before);
    samples.push_back(std::move(one));
  }
  return samples;
}

NetworkTotal total(const std::vector<InterfaceUsage>& network) {
  NetworkTotal sum;
  for (const InterfaceUsage& interface : network) {
    sum.received += interface.received.bytes;
    sum.sent += interface.sent.bytes;
  }
  return sum;
}

}  // namespace podrun::cli
