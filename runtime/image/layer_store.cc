#include "runtime/image/layer_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/files.h"
#include "runtime/image/staging.h"
#include "runtime/image/unpack.h"
#include "runtime/image/whiteout.h"

namespace podrun::image {
namespace {

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

struct Missing {
  std::string name;                 // in the store
  const LayerBlob* blob = nullptr;  // null for the empty layer
  std::string stage;                // where it is unpacked
};

// Decompressing, hashing and the kernel's work on files take a processor each layer; more of them than this wait for
// the disk.
constexpr std::size_t kThreads = 4;

// The first failure keeps others from being begun.
class Unpacking {
 public:
  Unpacking(const std::string& layout, const std::vector<Missing>& missing, const Progress& progress)
      : layout_(layout), missing_(missing), progress_(progress) {}

  Result<void> run() {
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t count = std::min({missing_.size(), processors, kThreads});
    std::vector<std::thread> others;
    while (others.size() + 1 < count) others.emplace_back([this] { work(); });
    work();
    for (std::thread& other : others) other.join();
    return failure_ ? Result<void>(*failure_) : Result<void>();
  }

 private:
  // The next to unpack; null when there is none.
  const Missing* take() {
    const std::lock_guard lock(mutex_);
    if (failure_ || next_ == missing_.size()) return nullptr;
    if (progress_) progress_("unpacking layer " + std::to_string(next_ + 1) + " of " + std::to_string(missing_.size()));
    return &missing_[next_++];
  }

  void work() {
    while (const Missing* layer = take()) {
      if (layer->blob == nullptr) continue;
      auto unpacked = unpack_layer(layout_, *layer->blob, layer->stage);
      if (unpacked) continue;
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::move(unpacked).error();
    }
  }

  const std::string& layout_;
  const std::vector<Missing>& missing_;
  const Progress& progress_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::optional<Error> failure_;
};

// The largest first, so that none is left for the end.
void sort_by_size(std::vector<Missing>& missing) {
  const auto size = [](const Missing& layer) { return layer.blob == nullptr ? 0 : layer.blob->size; };
  std::stable_sort(missing.begin(), missing.end(),
                   [&](const Missing& one, const Missing& other) { return size(one) > size(other); });
}

Result<void> unpack_missing(const std::string& store, const std::string& layout, std::vector<Missing> missing,
                            const Progress& progress) {
  const Staging staging = TRY(Staging::make(store + "/tmp"));
  for (Missing& layer : missing) layer.stage = TRY(make_stage(staging, layer.name));
  sort_by_size(missing);
  TRY(Unpacking(layout, missing, progress).run());
  if (progress) progress("writing to disk");
  TRY(staging.sync());
  const std::string layer_dir = store + "/layers";
  for (const Missing& layer : missing) TRY(publish(layer.stage, joined(layer_dir, layer.name)));
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

// Names in the store, lowest first.
std::vector<std::string> names_of(const std::vector<LayerBlob>& layers) {
  std::vector<std::string> names;
  for (const LayerBlob& layer : layers) names.push_back(layer.diff_id.file_name());
  if (layers.empty()) names.emplace_back(kEmptyLayer);
  return names;
}

Result<std::vector<std::string>> paths_of(const std::string& store, const std::vector<std::string>& names) {
  std::vector<std::string> paths;
  for (const std::string& name : without_repeats(names)) paths.push_back(joined(store + "/layers", name));
  TRY(drop_below_opaque_root(paths));
  return paths;
}

}  // namespace

Result<std::vector<std::string>> provide_layers(const std::string& store, const std::string& layout,
                                                const std::vector<LayerBlob>& layers, const Progress& progress) {
  const std::string layer_dir = store + "/layers";
  TRY(base::make_dirs(layer_dir, 0700));
  TRY(base::make_dirs(store + "/tmp", 0700));
  remove_abandoned(store + "/tmp");

  const std::vector<std::string> names = names_of(layers);
  std::vector<Missing> missing;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (seen.insert(names[i]).second && !base::path_exists(joined(layer_dir, names[i])))
      missing.push_back({names[i], layers.empty() ? nullptr : &layers[i], ""});
  if (!missing.empty()) TRY(unpack_missing(store, layout, std::move(missing), progress));
  return paths_of(store, names);
}

Result<std::vector<std::string>> find_layers(const std::string& store, const std::vector<LayerBlob>& layers) {
  const std::vector<std::string> names = names_of(layers);
  for (const std::string& name : names)
    if (const std::string path = joined(store + "/layers", name); !base::path_exists(path))
      return Error{Kind::not_found, ENOENT, "layer '" + path + "' is gone"};
  return paths_of(store, names);
}

}  // namespace podrun::image
