#include "runtime/image/catalog.h"

#include <algorithm>
#include <tuple>

#include "runtime/image/name.h"

namespace podrun::image {
namespace {

bool begins(const Digest& digest, const std::string& wanted) {
  return wanted.find(':') == std::string::npos ? digest.hex.starts_with(wanted) : digest.text().starts_with(wanted);
}

}  // namespace

Result<std::vector<StoredImage>> list_images(const std::string& store) {
  std::vector<StoredImage> images;
  const Names names = TRY(load_names(store));
  for (ImageRecord& record : TRY(load_records(store))) {
    StoredImage image{.record = std::move(record), .names = {}};
    for (const auto& [name, entry] : names) {
      if (entry.digest != image.record.image.manifest) continue;
      image.names.push_back(name);
      image.imported = image.imported || entry.imported;
    }
    images.push_back(std::move(image));
  }
  std::stable_sort(images.begin(), images.end(), [](const StoredImage& one, const StoredImage& other) {
    return std::tuple(one.names.empty(), one.names) < std::tuple(other.names.empty(), other.names);
  });
  return images;
}

Result<StoredImage> find_stored(const std::string& store, const std::string& wanted) {
  std::vector<StoredImage> images = TRY(list_images(store));
  if (const auto name = parse_name(wanted))
    for (StoredImage& image : images)
      if (std::binary_search(image.names.begin(), image.names.end(), name->text())) return std::move(image);
  std::vector<StoredImage> found;
  for (StoredImage& image : images)
    if (!wanted.empty() &&
        (begins(image.record.image.config_digest, wanted) || begins(image.record.image.manifest, wanted)))
      found.push_back(std::move(image));
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) return Error{Kind::not_found, ENOENT, "no such image (`podrun image list`)"};
  return Error{Kind::invalid, 0, "several images begin so; give more of the id"};
}

}  // namespace podrun::image
