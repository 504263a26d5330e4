#include "runtime/image/foreign_archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/image/archive_file.h"
#include "runtime/image/json_fields.h"
#include "runtime/image/layout_writer.h"
#include "runtime/image/plain_stream.h"

namespace podrun::image {
namespace {

constexpr std::size_t kImagesLimit = 256;
constexpr int kLinksLimit = 8;

struct DockerImage {
  std::string config;               // names of members
  std::vector<std::string> layers;  // lowest first
  std::vector<std::string> names;
};

// moby/docker-image-spec, v1.2: "Combined Image JSON + Filesystem Changeset Format".
Result<std::vector<DockerImage>> parse_docker_manifest(const std::string& text) {
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array() || list.size() > kImagesLimit) return Error{Kind::corrupt, 0, "is no list of images"};
  std::vector<DockerImage> images;
  for (const Json& value : list) {
    if (!value.is_object()) return Error{Kind::corrupt, 0, "an image that is not an object"};
    DockerImage image;
    image.config = TRY(required_string(value, "Config"));
    image.layers = TRY(optional_strings(value, "Layers"));
    image.names = TRY(optional_strings(value, "RepoTags"));
    if (image.layers.size() > kLayerLimit) return Error{Kind::unsupported, 0, "an image of more than 256 layers"};
    images.push_back(std::move(image));
  }
  return images;
}

// A link may be to a link. Who goes in circles leads to a member that is not there.
std::string behind_links(std::string name, const std::map<std::string, std::string>& links) {
  for (int i = 0; i < kLinksLimit; ++i) {
    const auto link = links.find(name);
    if (link == links.end()) break;
    name = link->second;
  }
  return name;
}

struct Blob {
  Digest digest;
  std::uint64_t size = 0;
  Compression compression = Compression::none;
};

Result<std::map<std::string, Blob>> write_blobs(const std::string& file, const std::set<std::string>& wanted,
                                                const LayoutWriter& layout) {
  ArchiveFile archive = TRY(ArchiveFile::open(file));
  std::map<std::string, Blob> blobs;
  Member member;
  while (TRY(archive.next(member))) {
    if (!member.is_file || !wanted.contains(member.name) || blobs.contains(member.name)) continue;
    const std::string part = layout.spare_path();
    const auto written = TRY(archive.write_to(part).in("member '" + member.name + "'"));
    blobs[member.name] = {written.digest, written.size, TRY(compression_of_file(part))};
    if (::rename(part.c_str(), layout.blob_path(written.digest).c_str()) != 0)
      return Error::system(errno, "rename '" + part + "'");
  }
  return blobs;
}

Result<const Blob*> find_blob(const std::map<std::string, Blob>& blobs, const std::string& name,
                              const std::map<std::string, std::string>& links) {
  const auto found = blobs.find(behind_links(name, links));
  if (found == blobs.end())
    return Error{Kind::corrupt, 0, "manifest.json names '" + name.substr(0, 200) + "', which is not in the archive"};
  return &found->second;
}

Result<Digest> hash_file(const std::string& path) {
  const Fd fd = TRY(base::open_file(path, O_RDONLY));
  Hasher hasher(Digest::Algorithm::sha256);
  std::vector<char> chunk(256U << 10U);
  for (;;) {
    TRY(base::check_interruption());
    const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got < 0) return Error::system(errno, "read '" + path + "'");
    if (got == 0) return hasher.finish();
    hasher.update(chunk.data(), static_cast<std::size_t>(got));
  }
}

Result<Digest> hash_content(const std::string& layout, const LayerBlob& layer) {
  const auto stream = TRY(PlainStream::open(layout, layer));
  Hasher hasher(Digest::Algorithm::sha256);
  for (;;) {
    const std::string_view chunk = TRY(stream->next());
    if (chunk.empty()) return hasher.finish();
    hasher.update(chunk.data(), chunk.size());
  }
}

}  // namespace

Result<std::vector<std::vector<std::string>>> convert_docker_archive(const std::string& file,
                                                                     const std::string& manifest,
                                                                     const std::map<std::string, std::string>& links,
                                                                     const std::string& layout) {
  const std::vector<DockerImage> images = TRY(parse_docker_manifest(manifest).in("manifest.json"));
  std::set<std::string> wanted;
  for (const DockerImage& image : images) {
    wanted.insert(behind_links(image.config, links));
    for (const std::string& layer : image.layers) wanted.insert(behind_links(layer, links));
  }
  LayoutWriter writer = TRY(LayoutWriter::begin(layout));
  const auto blobs = TRY(write_blobs(file, wanted, writer));
  std::vector<std::vector<std::string>> names;
  for (const DockerImage& image : images) {
    const Blob* const config = TRY(find_blob(blobs, image.config, links));
    std::vector<LayerBlob> layers;
    for (const std::string& name : image.layers) {
      const Blob* const layer = TRY(find_blob(blobs, name, links));
      layers.push_back({layer->digest, layer->size, layer->compression, {}});
    }
    const std::string text = TRY(base::read_file(writer.blob_path(config->digest), kJsonLimit));
    TRY(writer.add_image(text, layers));
    names.push_back(image.names);
  }
  TRY(writer.finish());
  return names;
}

Result<void> convert_rootfs_archive(const std::string& file, const std::string& layout) {
  LayoutWriter writer = TRY(LayoutWriter::begin(layout));
  LayerBlob layer{.digest = TRY(hash_file(file)), .compression = TRY(compression_of_file(file)), .diff_id = {}};
  std::error_code error;
  const std::string target = std::filesystem::canonical(file, error);
  layer.size = std::filesystem::file_size(file, error);
  if (error || ::symlink(target.c_str(), writer.blob_path(layer.digest).c_str()) != 0)
    return Error::system(errno, "link to '" + file + "'");
  layer.diff_id = TRY(hash_content(layout, layer));
  const Platform machine = this_platform();
  const Json config{{"architecture", machine.architecture},
                    {"os", machine.os},
                    {"config", Json::object()},
                    {"rootfs", {{"type", "layers"}, {"diff_ids", Json::array({layer.diff_id.text()})}}}};
  TRY(writer.add_image(config.dump(), {layer}));
  return writer.finish();
}

}  // namespace podrun::image
