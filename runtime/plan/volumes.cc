#include "runtime/plan/volumes.h"

#include <algorithm>

namespace podrun {
namespace {

struct Planner {
  const std::string& name;
  const std::string& id;
  const Layout& layout;

  using Source = decltype(VolumePlan::source);
  Source operator()(const EmptyDirSpec&) const { return PodDirectory{layout.volume(id, name)}; }
  Source operator()(const HostPathSpec& host) const { return HostDirectory{host.path, host.type}; }
};

auto depth(const MountPlan& row) {
  return row.target == "/" ? 0 : std::count(row.target.begin(), row.target.end(), '/');
}

}  // namespace

std::vector<VolumePlan> plan_volumes(const PodSpec& spec, const std::string& id, const Layout& layout) {
  std::vector<VolumePlan> plans;
  for (const VolumeSpec& volume : spec.volumes)
    plans.push_back({volume.name, std::visit(Planner{volume.name, id, layout}, volume.source)});
  return plans;
}

void add_volume_mounts(const std::vector<VolumeMountSpec>& mounts, std::vector<MountPlan>& rows) {
  for (const VolumeMountSpec& mount : mounts) {
    std::erase_if(rows, [&](const MountPlan& row) { return row.target == mount.target; });
    rows.push_back({.target = mount.target,
                    .source = PodVolume{mount.volume},
                    .sub_path = mount.sub_path,
                    .read_only = mount.read_only});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const MountPlan& a, const MountPlan& b) { return depth(a) < depth(b); });
}

}  // namespace podrun
