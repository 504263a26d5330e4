// An image of a layout becomes one that has names here.
#pragma once

#include <string>
#include <vector>

#include "runtime/image/layer_store.h"

namespace podrun::image {

struct Keeping {
  std::vector<std::string> names;  // whole ones
  bool imported = false;
  Progress progress;
};

// Unpacks, verifies and records the image that `tag` means in `layout` (find_image()). The names lead to it once all of
// that is on disk, and to what they did before until then. The caller holds the lock.
Result<OciImage> keep_image(const std::string& store, const std::string& layout, const std::string& tag,
                            const Keeping& keeping);

}  // namespace podrun::image
