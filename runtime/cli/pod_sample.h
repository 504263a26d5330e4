// What pods use at one moment, and how fast they used it since an earlier one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/live_pod.h"
#include "runtime/usage/pod_usage.h"

namespace podrun::cli {

struct ContainerSample {
  ContainerUsage usage;
  std::optional<double> cores;  // processors in use since the earlier sample; empty where it was not there
};

struct PodSample {
  Identity who;
  std::int64_t taken_at = 0;  // nanoseconds since the epoch
  PodUsage usage;             // its containers are in `containers`
  std::optional<double> cores;
  std::vector<ContainerSample> containers;  // that run
};

// Of pods that use anything: their cgroups are there.
std::vector<PodSample> sample(const CgroupHost& host, const std::vector<LivePod>& pods,
                              const std::vector<PodSample>& earlier = {});

// In bytes, through all interfaces.
struct NetworkTotal {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};
NetworkTotal total(const std::vector<InterfaceUsage>& network);

}  // namespace podrun::cli
