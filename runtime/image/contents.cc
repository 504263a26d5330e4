#include "runtime/image/contents.h"

#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "runtime/image/layer_store.h"
#include "runtime/image/staging.h"

namespace podrun::image {
namespace {

std::string blob_name(const Digest& digest) { return std::string(digest.algorithm_name()) + "/" + digest.hex; }

void erase_all(std::set<std::string>& from, const std::set<std::string>& what) {
  for (const std::string& one : what) from.erase(one);
}

}  // namespace

void Contents::add(const OciImage& image) {
  blobs.insert({blob_name(image.manifest), blob_name(image.config_digest)});
  for (const LayerBlob& layer : image.layers) {
    blobs.insert(blob_name(layer.digest));
    layers.insert(layer.diff_id.file_name());
  }
  if (image.layers.empty()) layers.insert(kEmptyLayer);
}

void Contents::remove(const Contents& other) {
  erase_all(layers, other.layers);
  erase_all(blobs, other.blobs);
}

Contents contents_of(const std::string& store) {
  Contents all;
  for (std::string& layer : base::list_dir(store + "/layers").value_or({})) all.layers.insert(std::move(layer));
  for (const std::string& algorithm : base::list_dir(store + "/blobs").value_or({}))
    for (const std::string& hex : base::list_dir(store + "/blobs/" + algorithm).value_or({}))
      all.blobs.insert(algorithm + "/" + hex);
  return all;
}

std::uint64_t tree_bytes(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::uint64_t bytes = 0;
  if (fs::is_regular_file(fs::symlink_status(path, error))) return fs::file_size(path, error);
  fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
    if (std::error_code failed; entry->is_regular_file(failed) && !entry->is_symlink(failed))
      if (const std::uint64_t size = entry->file_size(failed); !failed) bytes += size;
  return bytes;
}

Result<std::uint64_t> remove_contents(const std::string& store, const Contents& contents) {
  std::uint64_t freed = 0;
  if (contents.layers.empty() && contents.blobs.empty()) return freed;
  TRY(base::make_dirs(store + "/tmp", 0700));
  const Staging staging = TRY(Staging::make(store + "/tmp"));
  for (const std::string& layer : contents.layers) {
    const std::string path = store + "/layers/" + layer;
    const std::uint64_t bytes = tree_bytes(path);
    const std::string aside = staging.path() + "/" + layer;
    if (::rename(path.c_str(), aside.c_str()) != 0) {
      if (errno == ENOENT) continue;
      return Error::system(errno, "move layer '" + path + "' away");
    }
    freed += bytes;
    TRY(base::remove_tree(aside));
  }
  for (const std::string& blob : contents.blobs) {
    const std::string path = store + "/blobs/" + blob;
    freed += tree_bytes(path);
    TRY(base::remove_tree(path));
  }
  return freed;
}

}  // namespace podrun::image
