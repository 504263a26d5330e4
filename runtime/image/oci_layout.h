// An OCI image layout on disk (image-spec image-layout.md): from a tag to the layers and the config, every step by
// digest. Reads no layer.
#pragma once

#include <string>
#include <vector>

#include "runtime/image/oci_json.h"

namespace podrun::image {

enum class Compression { none, gzip, zstd };

struct LayerBlob {
  Digest digest;  // of the blob
  std::uint64_t size = 0;
  Compression compression = Compression::none;
  Digest diff_id;  // of what is in it, uncompressed
};

struct OciImage {
  Digest manifest;
  std::vector<LayerBlob> layers;  // lowest first; may be empty
  ImageConfig config;
};

// `tag` empty: the only image there, else the one tagged "latest". Where a tag has several platforms, the one that fits
// `machine`. Errors: invalid (no layout, several images and no way to choose), not_found (no such tag, a blob that is
// missing), corrupt, unsupported (media type, platform).
Result<OciImage> find_image(const std::string& layout, const std::string& tag, const Platform& machine);

}  // namespace podrun::image
