// A volume of a pod, decided: what holds it, from the pod's create to its removal. On record with the pod.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "runtime/model/volume_spec.h"

namespace podrun {

// A directory of the pod's own, whose files have the pod's ids on the host: it stays while the pod is stopped, and goes
// with it.
struct PodDirectory {
  std::string path;
  std::uint64_t bytes = 0;    // of more the pod is evicted; 0: no limit
  std::uint32_t mode = 0777;  // as asked for: see mode_with_group()
};

// A tmpfs that all containers of the pod have a part of: pause's (PodMount), so it goes with a stop of the pod.
struct PodMemory {
  std::uint64_t bytes = 0;    // at most; 0: as much as the kernel gives a tmpfs
  std::uint32_t mode = 0777;  // as a PodDirectory's
};

// Files that were there when the pod was made, and that nobody changes. Not part of any record: they may be secret.
// Owners as in a PodDirectory.
struct PodFiles {
  std::string path;
};

// What the host has there. Its files have the ids that containers see: a pod with a user namespace of its own gets it
// with ids mapped.
struct HostDirectory {
  std::string path;
  HostPathType type = HostPathType::any;
};

// A directory that podrun keeps for pods of one namespace, from the first that names it until a person removes it. Ids
// as in a HostDirectory, so that pods with different ones may share it.
struct ClaimDirectory {
  std::string claim;
  std::string path;
};

// What an image holds, read-only. Each container makes its root filesystem's kind of mount of it.
struct ImageFiles {
  std::string image;                // as the manifest has it
  std::string digest;               // empty for rootfs:
  std::vector<std::string> layers;  // lowest first
};

struct VolumePlan {
  std::string name;
  std::variant<PodDirectory, PodMemory, PodFiles, HostDirectory, ClaimDirectory, ImageFiles> source;
};

// The group that the pod's own volumes, and claims, belong to (securityContext.fsGroup).
struct VolumeGroup {
  std::uint32_t id = 0;                // inside
  bool only_where_it_differs = false;  // a claim whose own directory has it stays as it is
};

}  // namespace podrun
