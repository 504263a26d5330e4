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
  Digest config_digest;
  std::vector<LayerBlob> layers;  // lowest first; may be empty
  ImageConfig config;
  std::string created;  // as the config has it
  // As they were hashed.
  std::string manifest_text;
  std::string config_text;
};

// From the two texts, which are checked against each other and against `machine`, not against digests. Errors: corrupt,
// unsupported (media type, platform).
Result<OciImage> assemble_image(Digest digest, std::string manifest_text, std::string config_text,
                                const Platform& machine);

// `tag` empty: the only image there, else the one tagged "latest". Where a tag has several platforms, the one that fits
// `machine`. Errors: invalid (no layout, several images and no way to choose), not_found (no such tag, a blob that is
// missing), corrupt, unsupported (media type, platform).
Result<OciImage> find_image(const std::string& layout, const std::string& tag, const Platform& machine);

}  // namespace podrun::image
