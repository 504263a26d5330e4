#include "runtime/tend/disk.h"

#include <algorithm>
#include <array>

namespace podrun::tend {
namespace {

std::uint64_t limit_of(const VolumePlan& volume) {
  const auto* const directory = std::get_if<PodDirectory>(&volume.source);
  return directory != nullptr ? directory->bytes : 0;
}

// As a quantity: "1536Mi".
std::string shown(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"", "Ki", "Mi", "Gi", "Ti"};
  std::size_t unit = 0;
  for (; unit + 1 < kUnits.size() && bytes % 1024 == 0 && bytes != 0; ++unit) bytes /= 1024;
  return std::to_string(bytes) + kUnits.at(unit);
}

std::uint64_t used(const std::map<std::string, std::uint64_t>& by_name, const std::string& name) {
  const auto found = by_name.find(name);
  return found != by_name.end() ? found->second : 0;
}

std::uint64_t sum(const std::map<std::string, std::uint64_t>& by_name) {
  std::uint64_t bytes = 0;
  for (const auto& [name, value] : by_name) bytes += value;
  return bytes;
}

// Of those that have one, as Kubernetes adds them up: init containers run before the others.
std::uint64_t limit_together(const std::vector<const ContainerPlan*>& containers) {
  std::uint64_t together = 0, largest = 0;
  for (const ContainerPlan* const container : containers) {
    largest = std::max(largest, container->disk_bytes);
    if (container->role != ContainerRole::init) together += container->disk_bytes;
  }
  return std::max(together, largest);
}

}  // namespace

bool has_disk_limit(const PodPlan& pod, const std::vector<const ContainerPlan*>& containers) {
  return std::any_of(pod.volumes.begin(), pod.volumes.end(),
                     [](const VolumePlan& volume) { return limit_of(volume) != 0; }) ||
         std::any_of(containers.begin(), containers.end(),
                     [](const ContainerPlan* container) { return container->disk_bytes != 0; });
}

std::string why_evicted(const PodPlan& pod, const std::vector<const ContainerPlan*>& containers,
                        const DiskUsage& usage) {
  for (const VolumePlan& volume : pod.volumes)
    if (const std::uint64_t limit = limit_of(volume); limit != 0 && used(usage.volumes, volume.name) > limit)
      return "Usage of EmptyDir volume \"" + volume.name + "\" exceeds the limit \"" + shown(limit) + "\".";
  if (const std::uint64_t limit = limit_together(containers);
      limit != 0 && sum(usage.volumes) + sum(usage.containers) > limit)
    return "Pod ephemeral local storage usage exceeds the total limit of containers " + shown(limit) + ".";
  for (const ContainerPlan* const container : containers)
    if (container->disk_bytes != 0 && used(usage.containers, container->name) > container->disk_bytes)
      return "Container " + container->name + " exceeded its local ephemeral storage limit \"" +
             shown(container->disk_bytes) + "\".";
  return {};
}

}  // namespace podrun::tend
