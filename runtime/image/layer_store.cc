#include "runtime/image/layer_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/files.h"
#include "runtime/image/staging.h"
#include "runtime/image/unpack.h"
#include "runtime/image/whiteout.h"

namespace podrun::image {
namespace {

constexpr const char* kEmpty = "empty";

std::string joined(std::string directory, const std::string& name) {
  directory += '/';
  directory += name;
  return directory;
}

Result<std::string> make_stage(const Staging& staging, const std::string& name) {
  std::string path = joined(staging.path(), name);
  TRY(base::make_exact_dir(path, 0755));
  return path;
}

Result<void> publish(const std::string& staged, const std::string& final_path) {
  if (::renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, final_path.c_str(), RENAME_NOREPLACE) == 0 || errno == EEXIST)
    return {};  // there already: somebody else was faster, with the same content
  return Error::system(errno, "rename to '" + final_path + "'");
}

Result<void> sync_directory(const std::string& path) {
  const Fd directory = TRY(base::open_file(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(directory.get()) != 0) return Error::system(errno, "fsync '" + path + "'");
  return {};
}

// `missing`: name in the store → blob, null for the empty layer.
Result<void> unpack_missing(const std::string& store, const std::string& layout,
                            const std::map<std::string, const LayerBlob*>& missing) {
  const Staging staging = TRY(Staging::make(store + "/tmp"));
  for (const auto& [name, blob] : missing) {
    const std::string stage = TRY(make_stage(staging, name));
    if (blob != nullptr) TRY(unpack_layer(layout, *blob, stage));
  }
  TRY(staging.sync());
  const std::string layer_dir = store + "/layers";
  for (const auto& [name, blob] : missing) TRY(publish(joined(staging.path(), name), joined(layer_dir, name)));
  return sync_directory(layer_dir);
}

// Overlayfs takes a directory as a lower layer once only. Where an image has the same layer twice (an empty one,
// mostly) the upper one shows and hides everything the lower one could.
std::vector<std::string> without_repeats(const std::vector<std::string>& names) {
  std::vector<std::string> unique;
  for (auto name = names.rbegin(); name != names.rend(); ++name)
    if (std::find(unique.begin(), unique.end(), *name) == unique.end()) unique.push_back(*name);
  std::reverse(unique.begin(), unique.end());
  return unique;
}

// Overlayfs ignores that mark on the root of a layer, so what is below one that has it is left out here.
Result<void> drop_below_opaque_root(std::vector<std::string>& paths) {
  for (std::size_t i = paths.size(); i-- > 1;) {
    const Fd root = TRY(base::open_file(paths[i], O_RDONLY | O_DIRECTORY));
    if (!is_opaque(root.get())) continue;
    paths.erase(paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> provide_layers(const std::string& store, const std::string& layout,
                                                const std::vector<LayerBlob>& layers) {
  const std::string layer_dir = store + "/layers";
  TRY(base::make_dirs(layer_dir, 0700));
  TRY(base::make_dirs(store + "/tmp", 0700));
  remove_abandoned(store + "/tmp");

  std::vector<std::string> names;
  std::map<std::string, const LayerBlob*> missing;
  const auto want = [&](const std::string& name, const LayerBlob* blob) {
    names.push_back(name);
    if (!base::path_exists(joined(layer_dir, name))) missing.emplace(name, blob);
  };
  for (const LayerBlob& layer : layers) want(layer.diff_id.file_name(), &layer);
  if (layers.empty()) want(kEmpty, nullptr);
  if (!missing.empty()) TRY(unpack_missing(store, layout, missing));

  std::vector<std::string> paths;
  for (const std::string& name : without_repeats(names)) paths.push_back(joined(layer_dir, name));
  TRY(drop_below_opaque_root(paths));
  return paths;
}

}  // namespace podrun::image
