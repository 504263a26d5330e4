// Root filesystems and /dev as detached mounts: nothing of them appears in the host's mount table, closing them undoes
// them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/image/image.h"
#include "runtime/kernel/cgroup_host.h"
#include "runtime/kernel/mounts.h"

namespace podrun {

// The pod's ids on the host: whom "root inside" is outside, and the namespace that layers are mapped through.
struct PodUsers {
  std::uint32_t base = 0;
  int user_ns = -1;  // -1 with hostUsers: no mapping
};

// An overlay of `layers` (lowest first), shared and read-only, with `writable`/upper on top, where what an attempt
// before has written may be. Where a layer's filesystem cannot map ids, or that of `writable` cannot be written into
// over a layer, a private copy with shifted owners takes the overlay's place, and `warn` is told the filesystem. For
// callers with one thread: for as long as an older kernel needs it, that is in a mount namespace of its own.
Result<Fd> mount_rootfs(const ImageLayers& layers, const std::string& writable, const PodUsers& users,
                        const std::function<void(const std::string&)>& warn);

// A tmpfs with the device nodes every container has. Made by the host's root, since a user namespace can make none.
Result<Fd> mount_dev(const PodUsers& users);

// The directory that holds cgroup v1's hierarchies: a read-only tmpfs with a place for each, and a link for each
// controller of those that have several ("cpu" to "cpu,cpuacct").
Result<Fd> mount_cgroup_dir(const std::vector<CgroupHost::Hierarchy>& hierarchies);

}  // namespace podrun
