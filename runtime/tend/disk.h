// What of the disk a pod may use, and what becomes of one that has used more: as by a kubelet it is evicted, that is,
// ended for good. Nothing keeps it from writing more meanwhile: it is measured now and then.
// https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#setting-requests-and-limits-for-local-ephemeral-storage
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/model/plan.h"

namespace podrun::tend {

inline constexpr std::int64_t kMeasuredEvery = 10'000'000'000;  // nanoseconds; the kubelet's

// Bytes.
struct DiskUsage {
  std::map<std::string, std::uint64_t> volumes;     // by name: emptyDirs on a disk
  std::map<std::string, std::uint64_t> containers;  // by name: writable layers and logs
};

bool has_disk_limit(const PodPlan& pod, const std::vector<const ContainerPlan*>& containers);

// One sentence that says which limit is exceeded: of a volume, of a container, or of all containers together, whose
// volumes count there too; empty where none is.
std::string why_evicted(const PodPlan& pod, const std::vector<const ContainerPlan*>& containers,
                        const DiskUsage& usage);

}  // namespace podrun::tend
