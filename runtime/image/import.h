// Images from files: OCI layouts and archives of them, what `docker save` and `podman save` write, and tars of root
// filesystems. What it is is seen from its content.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/image/layer_store.h"
#include "runtime/image/name.h"

namespace podrun::image {

struct ImportedImage {
  std::string id;                  // of its config
  std::vector<std::string> names;  // it has now
};

// `source`: a directory or a file. `name`: what the image is to be called, where it is one; else the names that it
// brings. The caller holds the lock. Errors: invalid (nothing known, no name, a name for several), and those of
// keep_image().
Result<std::vector<ImportedImage>> import_images(const std::string& store, const std::string& source,
                                                 const std::optional<Name>& name, const Progress& progress);

}  // namespace podrun::image
