#include "runtime/image/layout_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/files.h"

namespace podrun::image {
namespace {

using Json = nlohmann::json;

constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kConfigType = "application/vnd.oci.image.config.v1+json";

std::string layer_type(Compression compression) {
  const std::string tar = "application/vnd.oci.image.layer.v1.tar";
  if (compression == Compression::none) return tar;
  return tar + (compression == Compression::gzip ? "+gzip" : "+zstd");
}

Result<void> write_file(const std::string& path, const std::string& text) {
  const Fd fd = TRY(base::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  return base::write_all(fd.get(), text, path);
}

Digest hash(const std::string& text) {
  Hasher hasher(Digest::Algorithm::sha256);
  hasher.update(text.data(), text.size());
  return hasher.finish();
}

}  // namespace

Result<LayoutWriter> LayoutWriter::begin(const std::string& path) {
  TRY(base::make_dirs(path + "/blobs/sha256", 0700));
  TRY(write_file(path + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})"));
  return LayoutWriter(path);
}

std::string LayoutWriter::blob_path(const Digest& digest) const {
  return path_ + "/blobs/" + std::string(digest.algorithm_name()) + "/" + digest.hex;
}

Result<Digest> LayoutWriter::add_text(const std::string& text) {
  Digest digest = hash(text);
  TRY(write_file(blob_path(digest), text));
  return digest;
}

Result<void> LayoutWriter::add_image(const std::string& config, const std::vector<LayerBlob>& layers) {
  const auto descriptor = [](const std::string& type, const Digest& digest, std::uint64_t size) {
    return Json{{"mediaType", type}, {"digest", digest.text()}, {"size", size}};
  };
  Json manifest{{"schemaVersion", 2}, {"mediaType", kManifestType}, {"layers", Json::array()}};
  manifest["config"] = descriptor(kConfigType, TRY(add_text(config)), config.size());
  for (const LayerBlob& layer : layers)
    manifest["layers"].push_back(descriptor(layer_type(layer.compression), layer.digest, layer.size));
  const std::string text = manifest.dump();
  manifests_.emplace_back(TRY(add_text(text)).text(), text.size());
  return {};
}

Result<void> LayoutWriter::finish() const {
  Json index{{"schemaVersion", 2}, {"manifests", Json::array()}};
  for (std::size_t i = 0; i < manifests_.size(); ++i)
    index["manifests"].push_back({{"mediaType", kManifestType},
                                  {"digest", manifests_[i].first},
                                  {"size", manifests_[i].second},
                                  {"annotations", {{"org.opencontainers.image.ref.name", std::to_string(i)}}}});
  return write_file(path_ + "/index.json", index.dump());
}

Result<Compression> compression_of_file(const std::string& path) {
  const Fd fd = TRY(base::open_file(path, O_RDONLY));
  std::array<unsigned char, 4> magic{};
  const ssize_t got = ::read(fd.get(), magic.data(), magic.size());
  if (got < 0) return Error::system(errno, "read '" + path + "'");
  if (got >= 2 && magic[0] == 0x1f && magic[1] == 0x8b) return Compression::gzip;
  constexpr std::array<unsigned char, 4> kZstd{0x28, 0xb5, 0x2f, 0xfd};
  return magic == kZstd ? Compression::zstd : Compression::none;
}

}  // namespace podrun::image
