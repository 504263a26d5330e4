// Mounts and processes, as /proc tells them.
#include "kit/src/host/mounts.h"
#include "kit/src/host/processes.h"
#include "kit/src/world/look.h"

namespace cni::kit::look {

void add_mounts(World& world) {
  for (const Mount& mount : mount_table())
    add(world, {"mount", mount.target, ""}, {{"type", mount.type}, {"root", mount.root}, {"options", mount.options}});
}

void add_processes(World& world) {
  for (const Process& process : processes()) add(world, {"process", process.text, ""}, {});
}

}  // namespace cni::kit::look
