// Which volumes a pod gets, and where its containers have them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model/layout.h"
#include "runtime/model/mount.h"
#include "runtime/model/plan.h"
#include "runtime/model/spec.h"
#include "runtime/model/volume.h"
#include "runtime/plan/facts.h"

namespace podrun {

// `id` is the pod's; `images` as in PodFacts.
std::vector<VolumePlan> plan_volumes(const PodSpec& spec, const std::string& id, const Layout& layout,
                                     const std::map<std::string, Image>& images = {});

// The layers of those that are images, by the volume's name: the plan's, held.
using VolumeLayers = std::map<std::string, ImageLayers>;
VolumeLayers volume_layers(const std::map<std::string, Image>& images);

// The files of those that have some, by the volume's name; their holes filled, and with the directories that other
// volumes are mounted on.
using VolumeFiles = std::map<std::string, FilesSpec>;
VolumeFiles volume_files(const PodSpec& spec, const Identity& pod, const MachineFacts& machine);

// Where the container's image says that it keeps data (VOLUME): a row each, unless something is mounted there already.
// Beside the rows of container_mounts(), before add_volume_mounts(), which replaces them. What would be the kernel's is
// left out.
void add_image_volumes(const std::vector<std::string>& volumes, std::vector<MountPlan>& rows);

// What pause has of them, to be mounted in its root.
std::vector<MountPlan> pause_volume_mounts(const std::vector<VolumePlan>& volumes,
                                           const std::optional<VolumeGroup>& group);

// The mode that a PodDirectory or PodMemory has once it belongs to `group`: also what it takes to write there and to
// hand the group down, as the kubelet has it. Said when it is made, so that it holds for records of every age.
std::uint32_t mode_with_group(std::uint32_t mode, const std::optional<VolumeGroup>& group);

// Where pause has a volume that is in memory.
std::string place_in_pause(const std::string& volume);

// Adds a row for each volumeMount, and puts all rows in an order in which each finds what it is mounted in. A volume
// takes the place of what a container has there by itself (/dev/shm, /etc/hosts), as under containerd.
void add_volume_mounts(const std::vector<VolumeMountSpec>& mounts, const std::vector<VolumePlan>& volumes,
                       std::vector<MountPlan>& rows);

// Of all rows those that are mounted for the host, too, to the end: nothing that is mounted for the container alone may
// be mounted on them, which is refused where the rows say so, and has its place already where a link of the image
// would.
Result<void> put_shared_last(std::vector<MountPlan>& rows);

}  // namespace podrun
