// The JSON of an OCI layout (image-spec 1.1: descriptor.md, image-index.md, manifest.md, config.md) and its docker v2s2
// forms, read into plain structs. Pure; the text is hostile. Errors: corrupt (no JSON, a field missing or of the wrong
// type), unsupported (a form we do not read).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/image/digest.h"
#include "runtime/image/image.h"
#include "runtime/image/platform.h"

namespace podrun::image {

inline constexpr std::size_t kJsonLimit = 4U << 20U;  // bytes, as registries limit manifests
inline constexpr std::size_t kManifestLimit = 1024;   // in one index
inline constexpr std::size_t kVolumeLimit = 128;     // of one image: each is a mount
inline constexpr std::size_t kLayerLimit = 256;       // in one image: overlayfs takes 500 lower layers

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  Platform platform;
  std::string ref_name;    // the annotation org.opencontainers.image.ref.name: a tag
  std::string image_name;  // the annotation io.containerd.image.name: a whole name, as docker and containerd write it
};

bool is_index(const Descriptor& descriptor);
bool is_manifest(const Descriptor& descriptor);

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // lowest first
};

struct ConfigFile {
  Platform platform;
  std::string created;           // when it was built, RFC 3339; empty: not said
  std::vector<Digest> diff_ids;  // of the layers' uncompressed content, lowest first
  ImageConfig config;
};

Result<std::vector<Descriptor>> parse_index(std::string_view text);
Result<Manifest> parse_manifest(std::string_view text);
Result<ConfigFile> parse_config(std::string_view text);
Result<std::string> parse_layout_version(std::string_view text);  // of the file oci-layout

}  // namespace podrun::image
