// One layer's tar, made into a directory that overlayfs can use as it is.
#pragma once

#include <string>

#include "runtime/image/oci_layout.h"

namespace podrun::image {

inline constexpr std::size_t kEntryLimit = 4U << 20U;  // entries in one layer

// Unpacks the layer into `target`, an empty directory nobody else can see yet. After success both of the layer's
// digests have been checked, its content is written but not synced. After an error `target` holds rubbish. Errors:
// corrupt (also everything that would lead out of `target`), unsupported (ids beyond a pod's, limits), or the system's
// own.
Result<void> unpack_layer(const std::string& layout, const LayerBlob& layer, const std::string& target);

}  // namespace podrun::image
