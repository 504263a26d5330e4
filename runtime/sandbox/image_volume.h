// A volume that is an image: its layers as those of a root filesystem are mounted, but read-only.
#pragma once

#include <functional>
#include <string>

#include "runtime/sandbox/rootfs.h"

namespace podrun {

struct ImagePart {
  std::string writable;     // a directory of the container's attempt, for what the kernel wants beside the layers
  std::string sub_path;     // what is mounted of it; empty: all
  bool may_be_run = false;  // programs in it
};

// The mount, detached; nothing in it is written. Kind::not_found when it has no such part.
Result<Fd> mount_image(const ImageLayers& layers, const ImagePart& part, const PodUsers& users,
                       const std::function<void(const std::string&)>& warn);

}  // namespace podrun
