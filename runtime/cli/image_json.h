// Images as JSON: what `image list` and `image inspect` print.
#pragma once

#include "runtime/cli/kube_json.h"
#include "runtime/image/catalog.h"

namespace podrun::cli {

// Docker's names: Id, Digest, RepoTags, Created, Size, Labels.
Json image_summary(const image::StoredImage& image);
// The same and more: Architecture, Os, Config, RootFS, History.
Json image_details(const image::StoredImage& image);

// What the image says of itself, in nanoseconds since the epoch; else when it came here.
std::int64_t created_at(const image::StoredImage& image);

}  // namespace podrun::cli
