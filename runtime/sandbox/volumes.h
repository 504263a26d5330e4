// A pod's volumes: made before its containers, mounted in each of them. What is in them, containers that run already
// may be changing meanwhile: nothing below a volume's own directory is reached by a path.
#pragma once

#include "runtime/model/record.h"
#include "runtime/plan/volumes.h"
#include "runtime/sandbox/rootfs.h"

namespace podrun {

// Whether what a hostPath names is what it is said to be, before anything is made.
Result<void> check_volumes(const std::vector<VolumePlan>& volumes);

// Makes those that are missing. What is there already stays as it is: of a pod that is started again.
Result<void> make_volumes(const Layout& layout, const PodRecord& pod, const VolumeFiles& files);

// A detached mount of what `row`, whose source is a PodVolume, has of the volume. Kind::unsupported where it is the
// host's, the pod has a user namespace of its own, and a filesystem in it cannot map ids.
Result<Fd> open_volume(const PodPlan& pod, const MountPlan& row, const PodUsers& users);

// The same of a row whose source is a HostPath, of a container's own.
Result<Fd> open_host_path(const MountPlan& row, const PodUsers& users);

}  // namespace podrun
