#include "runtime/cri/images.h"

#include <algorithm>
#include <charconv>

#include "base/files.h"
#include "runtime/cri/answers.h"
#include "runtime/image/catalog.h"
#include "runtime/image/name.h"
#include "runtime/kernel/clock.h"

namespace podrun::cri {
namespace {

using image::StoredImage;

// "1003:group" is a uid, "name:gid" a name; nothing is root.
void add_user(const std::string& user, api::Image& answer) {
  const std::string name = user.substr(0, user.find(':'));
  std::int64_t uid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), uid);
  if (!name.empty() && (error != std::errc() || end != name.data() + name.size()))
    answer.set_username(name);
  else
    answer.mutable_uid()->set_value(uid);
}

void add_names(const StoredImage& stored, api::Image& answer) {
  for (const std::string& name : stored.names) {
    if (name.find('@') == std::string::npos) answer.add_repo_tags(name);
    const std::string digest = repo_digest(name, stored.record.image.manifest.text());
    const auto& digests = answer.repo_digests();
    if (std::find(digests.begin(), digests.end(), digest) == digests.end()) answer.add_repo_digests(digest);
  }
}

api::Image answer_of(const StoredImage& stored) {
  api::Image answer;
  answer.set_id(stored.record.image.config_digest.text());
  answer.set_size(std::max<std::uint64_t>(stored.record.bytes, 1));
  add_user(stored.record.image.config.user, answer);
  answer.mutable_spec()->set_image(answer.id());
  return answer;
}

// The same content from different registries is one image; what no name leads to is what containers have left.
Result<std::vector<api::Image>> all(const Backend& backend) {
  std::vector<api::Image> images;
  for (const StoredImage& stored : TRY(image::list_images(backend.images()))) {
    if (stored.names.empty()) continue;
    const std::string id = stored.record.image.config_digest.text();
    auto same = std::find_if(images.begin(), images.end(), [&](const api::Image& one) { return one.id() == id; });
    if (same == images.end()) same = images.insert(images.end(), answer_of(stored));
    add_names(stored, *same);
  }
  return images;
}

bool is_called(const api::Image& image, const std::string& wanted) {
  const auto has = [](const auto& list, const std::string& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  constexpr std::size_t kShortest = 3;  // of an id's beginning
  const std::string hex = image.id().substr(image.id().find(':') + 1);
  if (image.id() == wanted ||
      (wanted.size() >= kShortest && (hex.starts_with(wanted) || image.id().starts_with(wanted))))
    return true;
  const auto name = image::parse_name(wanted);
  return name && (has(image.repo_tags(), name->text()) || has(image.repo_digests(), name->text()));
}

}  // namespace

Result<std::vector<api::Image>> list_images(const Backend& backend, const api::ImageFilter& filter) {
  std::vector<api::Image> images = TRY(all(backend));
  if (const std::string& wanted = filter.image().image(); !wanted.empty())
    std::erase_if(images, [&](const api::Image& image) { return !is_called(image, wanted); });
  return images;
}

Result<std::optional<api::Image>> find_image(const Backend& backend, const std::string& name) {
  if (name.empty()) return Error{Kind::invalid, 0, "image: is empty"};
  for (api::Image& image : TRY(all(backend)))
    if (is_called(image, name)) return std::optional(std::move(image));
  return std::optional<api::Image>();
}

Result<void> remove_image(const Backend& backend, const std::string& name) {
  const auto image = TRY(find_image(backend, name));
  if (!image) return {};
  for (const StoredImage& stored : TRY(image::list_images(backend.images()))) {
    if (stored.names.empty() || stored.record.image.config_digest.text() != image->id()) continue;
    auto removed = backend.workers.run({"remove-image", stored.record.image.manifest.text()});
    if (!removed && removed.error().kind != Kind::not_found) return std::move(removed).error();
  }
  return {};
}

Result<api::FilesystemUsage> image_disk(const Backend& backend) {
  const std::string directory = backend.images();
  TRY(base::make_dirs(directory, 0700));
  api::FilesystemUsage usage;
  usage.set_timestamp(wall_time());
  usage.mutable_fs_id()->set_mountpoint(directory);
  // Of the images as their records have it: who asks, asks often, and a walk of all files takes its time.
  std::uint64_t bytes = 0, files = 0;
  for (const StoredImage& stored : image::list_images(directory).value_or({})) {
    bytes += stored.record.bytes;
    files += stored.record.image.layers.size() + 1;
  }
  usage.mutable_used_bytes()->set_value(bytes);
  usage.mutable_inodes_used()->set_value(files);
  return usage;
}

}  // namespace podrun::cri
