#include "runtime/cri/container_mounts.h"

#include <fcntl.h>
#include <sys/mount.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/files.h"
#include "runtime/cri/invalid.h"
#include "runtime/image/catalog.h"
#include "runtime/image/layer_store.h"
#include "runtime/kernel/inside.h"
#include "runtime/plan/volumes.h"

namespace podrun::cri {
namespace {

Error no_mount(const std::string& target, const std::string& why) { return invalid("mount '" + target + "'", why); }
Error no_mount(const api::Mount& mount, const std::string& why) { return no_mount(mount.container_path(), why); }

Result<std::string> target_of(const std::string& asked) {
  std::string path = std::filesystem::path("/" + asked).lexically_normal();
  while (path.starts_with("//")) path.erase(0, 1);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (asked.empty() || path == "/" || path == "/dev" || path == "/proc")
    return no_mount(asked, "nothing is mounted there");
  return path;
}

Result<std::uint64_t> attributes_of(const api::Mount& mount) {
  std::uint64_t attributes = 0;
  for (const std::string& option : mount.mount_options()) {
    if (option == "noexec")
      attributes |= MOUNT_ATTR_NOEXEC;
    else if (option == "nodev")
      attributes |= MOUNT_ATTR_NODEV;
    else if (option == "nosuid")
      attributes |= MOUNT_ATTR_NOSUID;
    else
      return no_mount(mount, "mount_options: expected noexec, nodev or nosuid, found '" + option + "'");
  }
  return attributes;
}

Propagation propagation_of(const api::Mount& mount) {
  switch (mount.propagation()) {
    case api::PROPAGATION_HOST_TO_CONTAINER:
      return Propagation::host_to_container;
    case api::PROPAGATION_BIDIRECTIONAL:
      return Propagation::bidirectional;
    default:
      return Propagation::none;
  }
}

Result<MountPlan> host_row(const api::Mount& mount) {
  if (mount.recursive_read_only() && (!mount.readonly() || mount.propagation() != api::PROPAGATION_PRIVATE))
    return no_mount(mount, "recursive_read_only needs readonly, and a propagation that is PRIVATE");
  return MountPlan{.target = mount.container_path(),
                   .source = HostPath{mount.host_path(), TRY(attributes_of(mount))},
                   .propagation = propagation_of(mount),
                   .is_recursive = mount.recursive_read_only(),
                   .read_only = mount.readonly()};
}

// In one of the layers, whatever hides it in those above.
bool has_part(const std::vector<std::string>& layers, const std::string& path) {
  return std::any_of(layers.begin(), layers.end(), [&](const std::string& layer) {
    const auto root = base::open_file(layer, O_PATH | O_DIRECTORY);
    return root && open_inside(root->get(), path, O_PATH);
  });
}

Result<MountPlan> image_row(const api::Mount& mount, const std::string& images) {
  if (!mount.host_path().empty()) return no_mount(mount, "it is of an image, or of the host, and not of both");
  if (!mount.readonly()) return no_mount(mount, "what is of an image has to be readonly");
  const image::StoredImage stored = TRY(image::find_stored(images, mount.image().image()));
  std::vector<std::string> layers = TRY(image::find_layers(images, stored.record.image.layers));
  const std::string& part = mount.image_sub_path();
  const std::string normal = std::filesystem::path(part).lexically_normal();
  if (normal.starts_with("/") || normal == ".." || normal.starts_with("../"))
    return no_mount(mount, "image_sub_path leads out of the image");
  if (!part.empty() && !has_part(layers, part))
    return Error{Kind::not_found, ENOENT, "the image has no '" + part + "'"};
  return MountPlan{.target = mount.container_path(),
                   .source = ImageFilesOf{stored.record.image.config_digest.text(), stored.record.image.manifest.text(),
                                          std::move(layers)},
                   .sub_path = part,
                   .read_only = true};
}

}  // namespace

Result<std::vector<MountPlan>> mounts_of(const api::ContainerConfig& config, const std::string& images) {
  std::vector<MountPlan> mounts;
  for (const api::Mount& mount : config.mounts()) {
    const bool is_image = !mount.image().image().empty();
    mounts.push_back(is_image ? TRY(image_row(mount, images).in("ImageVolumeMountFailed")) : TRY(host_row(mount)));
  }
  return mounts;
}

Result<void> add_mounts(std::vector<MountPlan> mounts, const PodPlan& pod, std::vector<MountPlan>& rows) {
  for (MountPlan& row : mounts) {
    const std::string target = TRY(target_of(row.target));
    if (auto* host = std::get_if<HostPath>(&row.source)) {
      const std::unique_ptr<char, void (*)(void*)> real(::realpath(host->path.c_str(), nullptr), ::free);
      if (!real) return Error::system(errno, "mount '" + row.target + "': find '" + host->path + "'");
      host->path = real.get();
    }
    if (!pod.namespaces.host_users && row.propagation == Propagation::bidirectional)
      return no_mount(row.target, "a pod with a user namespace of its own mounts nothing for the host");
    row.target = target;
    std::erase_if(rows, [&](const MountPlan& own) { return own.target == row.target; });
    rows.push_back(std::move(row));
  }
  add_volume_mounts({}, {}, rows);  // none of a volume, but in an order in which each finds what it is mounted in
  return put_shared_last(rows);
}

}  // namespace podrun::cri
