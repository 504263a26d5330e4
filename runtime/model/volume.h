// A volume of a pod, decided: what holds it, from the pod's create to its removal. On record with the pod.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "runtime/model/volume_spec.h"

namespace podrun {

// A directory of the pod's own, whose files have the pod's ids on the host: it stays while the pod is stopped, and goes
// with it.
struct PodDirectory {
  std::string path;
};

// What the host has there. Its files have the ids that containers see: a pod with a user namespace of its own gets it
// with ids mapped.
struct HostDirectory {
  std::string path;
  HostPathType type = HostPathType::any;
};

struct VolumePlan {
  std::string name;
  std::variant<PodDirectory, HostDirectory> source;
};

}  // namespace podrun
