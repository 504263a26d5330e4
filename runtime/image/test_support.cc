#include "runtime/image/test_support.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/xattr.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/files.h"

namespace podrun::image::testing {
namespace {

la_ssize_t append(archive*, void* bytes, const void* data, size_t size) {
  static_cast<std::string*>(bytes)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

using Writer = std::unique_ptr<archive, int (*)(archive*)>;
using EntryPointer = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

const char* layer_type(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "application/vnd.oci.image.layer.v1.tar";
    case Compression::gzip:
      return "application/vnd.oci.image.layer.v1.tar+gzip";
    case Compression::zstd:
      return "application/vnd.oci.image.layer.v1.tar+zstd";
  }
  return "";
}

}  // namespace

TarEntry file(std::string name, std::string content, mode_t mode) {
  TarEntry entry;
  entry.name = std::move(name);
  entry.content = std::move(content);
  entry.mode = mode;
  return entry;
}

TarEntry directory(std::string name, mode_t mode) {
  TarEntry entry = file(std::move(name), "", mode);
  entry.type = S_IFDIR;
  return entry;
}

TarEntry symlink_to(std::string name, std::string target) {
  TarEntry entry = file(std::move(name), "", 0777);
  entry.type = S_IFLNK;
  entry.link = std::move(target);
  return entry;
}

TarEntry hard_link_to(std::string name, std::string target) {
  TarEntry entry = file(std::move(name));
  entry.hard_link = std::move(target);
  return entry;
}

TarEntry node(std::string name, mode_t type) {
  TarEntry entry = file(std::move(name));
  entry.type = type;
  return entry;
}

std::string make_tar(const std::vector<TarEntry>& entries) {
  std::string bytes;
  const Writer writer(::archive_write_new(), ::archive_write_free);
  ::archive_write_set_format_pax(writer.get());
  ::archive_write_set_options(writer.get(), "hdrcharset=BINARY");
  ::archive_write_open(writer.get(), &bytes, nullptr, append, nullptr);
  for (const TarEntry& entry : entries) {
    const EntryPointer header(::archive_entry_new(), ::archive_entry_free);
    ::archive_entry_set_pathname(header.get(), entry.name.c_str());
    ::archive_entry_set_filetype(header.get(), entry.type);
    ::archive_entry_set_perm(header.get(), entry.mode);
    ::archive_entry_set_uid(header.get(), entry.uid);
    ::archive_entry_set_gid(header.get(), entry.gid);
    ::archive_entry_set_mtime(header.get(), entry.mtime, 123456789);
    ::archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.content.size()));
    if (entry.type == S_IFLNK) ::archive_entry_set_symlink(header.get(), entry.link.c_str());
    if (!entry.hard_link.empty()) ::archive_entry_set_hardlink(header.get(), entry.hard_link.c_str());
    for (const auto& [name, value] : entry.xattrs)
      ::archive_entry_xattr_add_entry(header.get(), name.c_str(), value.data(), value.size());
    EXPECT_GE(::archive_write_header(writer.get(), header.get()), ARCHIVE_WARN) << ::archive_error_string(writer.get());
    ::archive_write_data(writer.get(), entry.content.data(), entry.content.size());
  }
  ::archive_write_close(writer.get());
  return bytes;
}

std::string compress(const std::string& plain, Compression compression) {
  if (compression == Compression::none) return plain;
  std::string bytes;
  const Writer writer(::archive_write_new(), ::archive_write_free);
  ::archive_write_set_format_raw(writer.get());
  ::archive_write_set_bytes_in_last_block(writer.get(), 1);  // no padding
  if (compression == Compression::gzip)
    ::archive_write_add_filter_gzip(writer.get());
  else
    ::archive_write_add_filter_zstd(writer.get());
  ::archive_write_open(writer.get(), &bytes, nullptr, append, nullptr);
  const EntryPointer header(::archive_entry_new(), ::archive_entry_free);
  ::archive_entry_set_filetype(header.get(), AE_IFREG);
  ::archive_write_header(writer.get(), header.get());
  ::archive_write_data(writer.get(), plain.data(), plain.size());
  ::archive_write_close(writer.get());
  return bytes;
}

Digest digest_of(const std::string& bytes) {
  Hasher hasher(Digest::Algorithm::sha256);
  hasher.update(bytes.data(), bytes.size());
  return hasher.finish();
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

struct stat lstat_of(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) info.st_mode = 0;
  return info;
}

std::string xattr_of(const std::string& path, const std::string& name) {
  std::string value(256, '\0');
  const ssize_t size = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
  value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return value;
}

TestLayout::TestLayout(std::string path) : path_(std::move(path)) {
  EXPECT_TRUE(base::make_dirs(path_ + "/blobs/sha256"));
  write_text(path_ + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
}

std::string TestLayout::blob_path(const Digest& digest) const { return path_ + "/blobs/sha256/" + digest.hex; }

std::string TestLayout::add_blob(const std::string& bytes) {
  const Digest digest = digest_of(bytes);
  write_text(blob_path(digest), bytes);
  return digest.text();
}

LayerBlob TestLayout::add_layer(const std::string& tar, Compression compression) {
  const std::string bytes = compress(tar, compression);
  add_blob(bytes);
  layers.push_back({digest_of(bytes), bytes.size(), compression, digest_of(tar)});
  return layers.back();
}

std::string TestLayout::add_image(const std::string& tag, const std::string& platform_json) {
  nlohmann::json config = {{"os", "linux"}, {"architecture", architecture}, {"rootfs", {{"type", "layers"}}}};
  config["config"] = nlohmann::json::parse(config_json);
  nlohmann::json manifest = {{"schemaVersion", 2}};
  config["rootfs"]["diff_ids"] = nlohmann::json::array();
  manifest["layers"] = nlohmann::json::array();
  for (const LayerBlob& layer : layers) {
    if (name_diff_ids) config["rootfs"]["diff_ids"].push_back(layer.diff_id.text());
    manifest["layers"].push_back(
        {{"mediaType", layer_type(layer.compression)}, {"digest", layer.digest.text()}, {"size", layer.size}});
  }
  const std::string config_text = config.dump();
  manifest["config"] = {{"mediaType", "application/vnd.oci.image.config.v1+json"},
                        {"digest", add_blob(config_text)},
                        {"size", config_text.size()}};
  const std::string manifest_text = manifest.dump();
  nlohmann::json descriptor = {{"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                               {"digest", add_blob(manifest_text)},
                               {"size", manifest_text.size()}};
  if (!tag.empty()) descriptor["annotations"] = {{"org.opencontainers.image.ref.name", tag}};
  if (!platform_json.empty()) descriptor["platform"] = nlohmann::json::parse(platform_json);
  return descriptor.dump();
}

void TestLayout::write_index(const std::vector<std::string>& descriptors) {
  std::string list;
  for (const std::string& descriptor : descriptors) list += (list.empty() ? "" : ",") + descriptor;
  write_text(path_ + "/index.json", R"({"schemaVersion":2,"manifests":[)" + list + "]}");
}

}  // namespace podrun::image::testing
