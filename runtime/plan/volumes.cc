#include "runtime/plan/volumes.h"

#include <sys/mount.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "runtime/plan/late_values.h"

namespace podrun {
namespace {

// No more than what the containers may take together, where the Pod or all of them have a limit: as the kubelet does
// it.
std::uint64_t memory_of(const PodSpec& spec) {
  if (spec.resources && spec.resources->memory_limit) return *spec.resources->memory_limit;
  std::uint64_t sum = 0;
  for (const ContainerSpec& container : spec.containers) {
    if (container.role == ContainerRole::init) continue;
    if (container.resources.memory_limit.value_or(0) == 0) return 0;
    sum += *container.resources.memory_limit;
  }
  return sum;
}

struct Planner {
  const PodSpec& spec;
  const std::string& name;
  const std::string& id;
  const Layout& layout;
  const std::map<std::string, Image>& images;

  using Source = decltype(VolumePlan::source);
  Source operator()(const EmptyDirSpec& empty) const {
    if (!empty.in_memory) return PodDirectory{layout.volume(id, name), empty.size_limit.value_or(0), empty.mode};
    const std::uint64_t limit = memory_of(spec);
    const std::uint64_t asked = empty.size_limit.value_or(0);
    return PodMemory{asked == 0 || limit == 0 ? std::max(asked, limit) : std::min(asked, limit), empty.mode};
  }
  Source operator()(const HostPathSpec& host) const { return HostDirectory{host.path, host.type}; }
  Source operator()(const ClaimSpec& claim) const {
    return ClaimDirectory{claim.claim, layout.claim(spec.name_space, claim.claim)};
  }
  Source operator()(const ImageSpec& image) const {
    const auto found = images.find(name);
    if (found == images.end()) return ImageFiles{image.reference, "", {}};
    return ImageFiles{image.reference, found->second.digest, found->second.layers.paths};
  }
  Source operator()(const FilesSpec&) const { return PodFiles{layout.file_volume(id, name)}; }
};

bool is_in_pause(const std::vector<VolumePlan>& volumes, const std::string& name) {
  return std::any_of(volumes.begin(), volumes.end(), [&](const VolumePlan& volume) {
    return volume.name == name && std::holds_alternative<PodMemory>(volume.source);
  });
}

bool has_file_on_the_way(const FilesSpec& volume, const std::string& path) {
  return std::any_of(volume.files.begin(), volume.files.end(),
                     [&](const VolumeFile& file) { return (path + "/").starts_with(file.path + "/"); });
}

// Where a container has another volume below this one, which nobody can write to later: as the kubelet has it.
void add_mount_points(const PodSpec& spec, const std::string& name, FilesSpec& volume) {
  for (const ContainerSpec& container : spec.containers)
    for (const VolumeMountSpec& outer : container.volume_mounts)
      for (const VolumeMountSpec& inner : container.volume_mounts) {
        if (outer.volume != name || !inner.target.starts_with(outer.target + "/")) continue;
        const std::string path =
            (std::filesystem::path(outer.sub_path) / inner.target.substr(outer.target.size() + 1)).lexically_normal();
        if (!has_file_on_the_way(volume, path)) volume.directories.push_back(path);
      }
}

std::string octal(std::uint32_t mode) {
  char digits[8] = {};
  return {digits, std::to_chars(std::begin(digits), std::end(digits), mode, 8).ptr};
}

constexpr std::string_view kKernels[] = {"/proc", "/sys", "/dev"};

auto depth(const MountPlan& row) {
  return row.target == "/" ? 0 : std::count(row.target.begin(), row.target.end(), '/');
}

}  // namespace

std::string place_in_pause(const std::string& volume) { return "/volumes/" + volume; }

std::vector<VolumePlan> plan_volumes(const PodSpec& spec, const std::string& id, const Layout& layout,
                                     const std::map<std::string, Image>& images) {
  std::vector<VolumePlan> plans;
  for (const VolumeSpec& volume : spec.volumes)
    plans.push_back({volume.name, std::visit(Planner{spec, volume.name, id, layout, images}, volume.source)});
  return plans;
}

VolumeLayers volume_layers(const std::map<std::string, Image>& images) {
  VolumeLayers layers;
  for (const auto& [name, image] : images) layers[name] = image.layers;
  return layers;
}

VolumeFiles volume_files(const PodSpec& spec, const Identity& pod, const MachineFacts& machine) {
  VolumeFiles files;
  for (const VolumeSpec& volume : spec.volumes)
    if (const auto* given = std::get_if<FilesSpec>(&volume.source)) {
      FilesSpec& filled = files[volume.name] = *given;  // also of one that has none
      for (VolumeFile& file : filled.files)
        if (file.has_holes) file.content = with_what_is_decided(file.content, pod, machine);
      add_mount_points(spec, volume.name, filled);
    }
  return files;
}

std::uint32_t mode_with_group(std::uint32_t mode, const std::optional<VolumeGroup>& group) {
  return group ? mode | 02770U : mode;
}

std::vector<MountPlan> pause_volume_mounts(const std::vector<VolumePlan>& volumes,
                                           const std::optional<VolumeGroup>& group) {
  std::vector<MountPlan> rows;
  for (const VolumePlan& volume : volumes) {
    const auto* memory = std::get_if<PodMemory>(&volume.source);
    if (memory == nullptr) continue;
    Filesystem tmpfs{
        "tmpfs", {{"mode", octal(mode_with_group(memory->mode, group))}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (group) tmpfs.options.emplace_back("gid", std::to_string(group->id));
    if (memory->bytes != 0) tmpfs.options.emplace_back("size", std::to_string(memory->bytes));
    rows.push_back({.target = place_in_pause(volume.name), .source = std::move(tmpfs)});
  }
  return rows;
}

void add_image_volumes(const std::vector<std::string>& volumes, std::vector<MountPlan>& rows) {
  for (const std::string& volume : volumes) {
    // Docker's builders write what was typed: "data", "/data/".
    std::string target = std::filesystem::path("/" + volume).lexically_normal();
    if (target.size() > 1 && target.ends_with('/')) target.pop_back();
    const bool is_kernels = std::any_of(std::begin(kKernels), std::end(kKernels), [&](std::string_view dir) {
      return target == dir || target.starts_with(std::string(dir) + "/");
    });
    const bool is_taken = std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.target == target; });
    if (!is_kernels && !is_taken) rows.push_back({.target = target, .source = OwnPart{target}});
  }
}

void add_volume_mounts(const std::vector<VolumeMountSpec>& mounts, const std::vector<VolumePlan>& volumes,
                       std::vector<MountPlan>& rows) {
  for (const VolumeMountSpec& mount : mounts) {
    std::erase_if(rows, [&](const MountPlan& row) { return row.target == mount.target; });
    MountPlan row{.target = mount.target,
                  .source = PodVolume{mount.volume},
                  .sub_path = mount.sub_path,
                  .attributes = mount.attributes,
                  .propagation = mount.propagation,
                  .is_recursive = mount.is_recursive,
                  .read_only = mount.read_only};
    if (is_in_pause(volumes, mount.volume)) row.source = PodMount{place_in_pause(mount.volume)};
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const MountPlan& a, const MountPlan& b) { return depth(a) < depth(b); });
}

Result<void> put_shared_last(std::vector<MountPlan>& rows) {
  const auto is_shared = [](const MountPlan& row) { return row.propagation == Propagation::bidirectional; };
  for (const MountPlan& shared : rows)
    for (const MountPlan& row : rows)
      if (is_shared(shared) && row.target.starts_with(shared.target + "/"))
        return Error{Kind::invalid, 0,
                     "mount '" + row.target + "': it would show on the host, which has '" + shared.target +
                         "' in common with the container (mountPropagation: Bidirectional)"};
  std::stable_partition(rows.begin(), rows.end(), [&](const MountPlan& row) { return !is_shared(row); });
  return {};
}

}  // namespace podrun
