#include "runtime/sandbox/remove_images.h"

#include <algorithm>
#include <filesystem>

#include "base/joined.h"
#include "runtime/image/catalog.h"
#include "runtime/image/contents.h"
#include "runtime/image/name.h"
#include "runtime/image/staging.h"
#include "runtime/sandbox/images.h"

namespace podrun {
namespace {

using image::Contents;
using image::StoredImage;

Contents used_by_pods(const ImageUse& use) {
  Contents used;
  for (const std::string& layer : use.layers) used.layers.insert(std::filesystem::path(layer).filename());
  return used;
}

// Of the names of `image` those that are meant.
std::vector<std::string> meant(const StoredImage& image, const std::string& wanted) {
  const auto name = image::parse_name(wanted);
  if (!name || !std::binary_search(image.names.begin(), image.names.end(), name->text())) return image.names;
  return {name->text()};
}

Result<void> check_unused(const StoredImage& image, const std::vector<std::string>& names, const ImageUse& use) {
  if (names.size() > 1)
    return Error{Kind::busy, 0, "has several names: " + base::joined(names, ", ") + " (--force removes all of them)"};
  const auto users = use.pods.find(image.record.image.manifest.text());
  if (users == use.pods.end() || names.size() < image.names.size()) return {};
  return Error{Kind::busy, EBUSY,
               "is used by pod " + base::joined(users->second, ", ") +
                   " (--force removes its name; its layers stay as long as the pod)"};
}

Result<void> forget_names(const std::string& store, const std::vector<std::string>& gone) {
  if (gone.empty()) return {};
  return image::change_names(store, [&](image::Names& names) {
    for (const std::string& name : gone) names.erase(name);
  });
}

// Names first, then the record, then what it is made of: whoever is cut short leaves what prune_images() takes.
Result<std::uint64_t> remove_whole(const std::string& store, const StoredImage& image, const ImageUse& use) {
  TRY(image::remove_record(store, image.record.image.manifest));
  Contents unused;
  unused.add(image.record.image);
  unused.remove(used_by_pods(use));
  for (const StoredImage& other : TRY(image::list_images(store))) {
    Contents needed;
    needed.add(other.record.image);
    unused.remove(needed);
  }
  return image::remove_contents(store, unused);
}

}  // namespace

Result<RemovedImages> remove_image(const Host& host, const std::string& wanted, bool force,
                                   const std::function<void()>& waits) {
  const std::string store = host.layout().images();
  const Fd lock = TRY(image::lock_exclusive(store, waits));
  const StoredImage image = TRY(image::find_stored(store, wanted));
  RemovedImages removed{.names = meant(image, wanted), .ids = {}};
  const ImageUse use = TRY(images_in_use(host));
  if (!force) TRY(check_unused(image, removed.names, use));
  TRY(forget_names(store, removed.names));
  if (removed.names.size() < image.names.size()) return removed;
  removed.bytes = TRY(remove_whole(store, image, use));
  removed.ids.push_back(image.record.image.config_digest.text());
  return removed;
}

Result<RemovedImages> prune_images(const Host& host, bool all, const std::function<void()>& waits) {
  const std::string store = host.layout().images();
  const Fd lock = TRY(image::lock_exclusive(store, waits));
  const ImageUse use = TRY(images_in_use(host));
  RemovedImages removed;
  std::vector<StoredImage> unused;
  Contents needed = used_by_pods(use);
  for (StoredImage& image : TRY(image::list_images(store))) {
    const bool in_use = use.pods.contains(image.record.image.manifest.text());
    if (image.names.empty() || (all && !in_use))
      unused.push_back(std::move(image));
    else
      needed.add(image.record.image);
  }
  for (const StoredImage& image : unused) {
    removed.names.insert(removed.names.end(), image.names.begin(), image.names.end());
    removed.ids.push_back(image.record.image.config_digest.text());
  }
  TRY(forget_names(store, removed.names));
  for (const StoredImage& image : unused) TRY(image::remove_record(store, image.record.image.manifest));
  image::remove_abandoned(store + "/tmp");
  Contents rest = image::contents_of(store);
  rest.remove(needed);
  removed.bytes = TRY(image::remove_contents(store, rest));
  return removed;
}

}  // namespace podrun
