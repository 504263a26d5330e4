#include "runtime/image/oci_layout.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/files.h"
#include "runtime/image/blob.h"
#include "runtime/image/choose.h"

namespace podrun::image {
namespace {

constexpr int kIndexDepth = 4;
constexpr const char* kMakeOne = "; 'skopeo copy docker://NAME oci:DIR:TAG' makes an OCI layout";

struct LayerType {
  std::string_view media_type;
  Compression compression;
};

// Only what the image-spec and docker's schema 2 define: a layer in xz or bzip2 has no media type.
constexpr LayerType kLayerTypes[] = {
    {"application/vnd.oci.image.layer.v1.tar", Compression::none},
    {"application/vnd.oci.image.layer.v1.tar+gzip", Compression::gzip},
    {"application/vnd.oci.image.layer.v1.tar+zstd", Compression::zstd},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar", Compression::none},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Compression::gzip},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", Compression::zstd},
    {"application/vnd.docker.image.rootfs.diff.tar", Compression::none},
    {"application/vnd.docker.image.rootfs.diff.tar.gzip", Compression::gzip},
    {"application/vnd.docker.image.rootfs.diff.tar.zstd", Compression::zstd},
    {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Compression::gzip},
};

constexpr std::string_view kConfigTypes[] = {"application/vnd.oci.image.config.v1+json",
                                             "application/vnd.docker.container.image.v1+json"};

Error unsupported_type(std::string_view what, const std::string& media_type) {
  return Error{Kind::unsupported, 0,
               std::string(what) + ": media type '" + media_type.substr(0, 128) + "' is not read"};
}

Result<Compression> compression_of(const Descriptor& layer) {
  for (const LayerType& known : kLayerTypes)
    if (layer.media_type == known.media_type) return known.compression;
  return unsupported_type("layer " + layer.digest.text(), layer.media_type);
}

// The two files of a layout that no digest covers.
Result<std::string> read_plain(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (!fd && (errno == ENOENT || errno == ENOTDIR))
    return Error{Kind::invalid, errno, "no such file, so this is no OCI layout" + std::string(kMakeOne)};
  if (!fd || ::fstat(fd.get(), &info) != 0) return Error::system(errno, "open '" + path + "'");
  if (!S_ISREG(info.st_mode)) return Error{Kind::invalid, 0, "is not a regular file"};
  return base::read_all(fd.get(), path, kJsonLimit);
}

Result<std::string> read_json(const std::string& layout, const Descriptor& descriptor) {
  return read_blob(layout, descriptor.digest, descriptor.size, kJsonLimit);
}

Result<Descriptor> find_manifest(const std::string& layout, const std::string& tag, const Platform& machine) {
  const std::string index_path = layout + "/index.json";
  const std::string index = TRY(read_plain(index_path).in(index_path));
  auto entries = TRY(parse_index(index).in(index_path));
  entries = TRY(choose_tag(entries, tag));
  for (int depth = 0; depth < kIndexDepth; ++depth) {
    Descriptor chosen = TRY(choose_platform(entries, machine));
    if (is_manifest(chosen)) return chosen;
    const std::string nested = TRY(read_json(layout, chosen));
    entries = TRY(parse_index(nested).in("index " + chosen.digest.text()));
  }
  return Error{Kind::unsupported, 0, "indexes are nested more than " + std::to_string(kIndexDepth) + " deep"};
}

Result<void> check_config_type(const Descriptor& config) {
  for (const std::string_view known : kConfigTypes)
    if (config.media_type == known) return {};
  return unsupported_type("config " + config.digest.text(), config.media_type);
}

Result<void> check_version(const std::string& layout) {
  const std::string path = layout + "/oci-layout";
  const std::string text = TRY(read_plain(path).in(path));
  const std::string version = TRY(parse_layout_version(text).in(path));
  if (!version.starts_with("1."))
    return Error{Kind::unsupported, 0, path + ": layout version '" + version.substr(0, 32) + "', only 1.x is read"};
  return {};
}

}  // namespace

Result<OciImage> assemble_image(Digest digest, std::string manifest_text, std::string config_text,
                                const Platform& machine) {
  const Manifest manifest = TRY(parse_manifest(manifest_text).in("manifest " + digest.text()));
  const std::string config_name = "config " + manifest.config.digest.text();
  ConfigFile file = TRY(parse_config(config_text).in(config_name));
  if (fitness(file.platform, machine) < 0)
    return Error{Kind::unsupported, 0,
                 config_name + ": the image is for " + file.platform.text() + ", this machine is " + machine.text()};
  if (file.diff_ids.size() != manifest.layers.size())
    return Error{Kind::corrupt, 0,
                 config_name + ": names " + std::to_string(file.diff_ids.size()) + " layers, the manifest " +
                     std::to_string(manifest.layers.size())};
  OciImage image;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    const Descriptor& layer = manifest.layers[i];
    const Compression compression = TRY(compression_of(layer));
    image.layers.push_back({layer.digest, layer.size, compression, file.diff_ids[i]});
  }
  image.manifest = std::move(digest);
  image.config_digest = manifest.config.digest;
  image.config = std::move(file.config);
  image.created = std::move(file.created);
  image.manifest_text = std::move(manifest_text);
  image.config_text = std::move(config_text);
  return image;
}

Result<OciImage> find_image(const std::string& layout, const std::string& tag, const Platform& machine) {
  TRY(check_version(layout));
  const Descriptor found = TRY(find_manifest(layout, tag, machine));
  std::string manifest_text = TRY(read_json(layout, found));
  const Manifest manifest = TRY(parse_manifest(manifest_text).in("manifest " + found.digest.text()));
  TRY(check_config_type(manifest.config));
  std::string config_text = TRY(read_json(layout, manifest.config));
  return assemble_image(found.digest, std::move(manifest_text), std::move(config_text), machine);
}

}  // namespace podrun::image
