// A mount is one row of one list, from the plan to the kernel. The first row of a list is "/".
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "runtime/kernel/mounts.h"
#include "runtime/model/volume_spec.h"

namespace podrun {

// What is mounted.
struct Rootfs {};        // the image's layers, the container's writable one on top
struct Dev {             // device nodes, made by the host's root
  bool of_host = false;  // all that the host has, beside those that every container has
};
struct CgroupDir {};  // where cgroup v1's hierarchies have their places
struct EtcDir {};     // the pod's own files of /etc, which its containers share: pause's
struct HostPath {     // a clone of what the host has there
  std::string path;
  std::uint64_t attributes = 0;  // MOUNT_ATTR_*
};
struct ImageFilesOf {               // what an image holds, read-only, for this container alone
  std::string id;                   // digest of its config
  std::string digest;               // of its manifest
  std::vector<std::string> layers;  // lowest first
};
struct PodVolume {  // a volume of the pod: PodPlan::volumes
  std::string name;
};
struct Filesystem {  // a new instance, made inside: proc, sysfs, mqueue, devpts, cgroup, cgroup2, tmpfs
  std::string type;
  mounts::Options options;
  std::uint64_t attributes = 0;  // MOUNT_ATTR_*
};
struct PodMount {    // what pause has there, shared by all containers of the pod
  std::string path;  // "/dev/shm", "/etc/hosts"
};
// What the container's root has there by then, once more: a file of its /dev, or at the target itself what its image
// calls a volume, which can be written then where "/" cannot.
struct OwnPart {
  std::string path;
};

// Where the mount point is missing it is made: a directory, or for a file an empty file.
struct MountPlan {
  std::string target;
  std::variant<Rootfs, Dev, CgroupDir, EtcDir, HostPath, ImageFilesOf, PodVolume, Filesystem, PodMount, OwnPart> source;
  std::string sub_path = {};     // of a volume: what is mounted of it
  std::uint64_t attributes = 0;  // of a volume: MOUNT_ATTR_* beside those that it has anyway
  Propagation propagation = Propagation::none;
  bool is_recursive = false;  // read_only counts for what is mounted below it, too
  bool read_only = false;     // "/" once all mount points are made
};

}  // namespace podrun
