#include <sys/stat.h>

#include <cstdlib>
#include <memory>

#include "base/files.h"
#include "runtime/image/blob.h"
#include "runtime/image/image.h"
#include "runtime/image/keep.h"
#include "runtime/image/layer_store.h"
#include "runtime/image/oci_layout.h"
#include "runtime/image/pull.h"
#include "runtime/image/record.h"
#include "runtime/image/reference.h"
#include "runtime/image/rootfs_directory.h"
#include "runtime/image/staging.h"

namespace podrun {
namespace {

Result<std::string> canonical_directory(const std::string& directory) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(directory.c_str(), nullptr), ::free);
  if (!real && (errno == ENOENT || errno == ENOTDIR))
    return Error{Kind::not_found, errno, "'" + directory + "': no such directory"};
  if (!real) return Error::system(errno, "resolve '" + directory + "'");
  struct stat info {};
  if (::stat(real.get(), &info) != 0) return Error::system(errno, "stat '" + directory + "'");
  if (!S_ISDIR(info.st_mode)) return Error{Kind::invalid, ENOTDIR, "'" + directory + "': is not a directory"};
  return std::string(real.get());
}

Result<Image> from_rootfs(const image::Reference& wanted, const std::vector<std::string>& own) {
  Image found;
  image::RootfsDirectory directory = TRY(image::open_rootfs(wanted.directory, own));
  found.layers = {{std::move(directory.path)}, std::move(directory.held)};
  return found;
}

Result<Image> from_oci(const image::Reference& wanted, const std::string& store) {
  Image found;
  const std::string layout = TRY(canonical_directory(wanted.directory));
  image::OciImage oci = TRY(image::find_image(layout, wanted.tag, image::this_platform()));
  found.layers.paths = TRY(image::provide_layers(store, layout, oci.layers));
  found.digest = oci.manifest.text();
  found.config = std::move(oci.config);
  return found;
}

Result<Image> from_name(const image::Name& name, const std::string& store) {
  const image::Names names = TRY(image::load_names(store));
  const auto entry = names.find(name.text());
  if (entry == names.end())
    return Error{Kind::not_found, ENOENT, "is not here (`podrun image pull` gets it from a registry)"};
  image::ImageRecord record = TRY(image::load_record(store, entry->second.digest));
  Image found;
  found.layers.paths = TRY(image::find_layers(store, record.image.layers));
  found.digest = record.image.manifest.text();
  found.config = std::move(record.image.config);
  found.imported = entry->second.imported;
  return found;
}

// What is damaged on this disk is fetched anew by the next pull.
Error without_blob(const std::string& store, Error failure) {
  if (const auto* const bad = dynamic_cast<const image::CorruptBlob*>(failure.detail.get()))
    static_cast<void>(
        base::remove_file(store + "/blobs/" + std::string(bad->digest.algorithm_name()) + "/" + bad->digest.hex));
  return failure;
}

Result<Image> pull_once(const std::string& store, const image::Name& name, const Registry& registry) {
  TRY(base::make_dirs(store + "/tmp", 0700));
  image::remove_abandoned(store + "/tmp");
  const image::Staging staging = TRY(image::Staging::make(store + "/tmp"));
  const std::string layout = TRY(image::fetch(store, staging.path(), name, registry));
  auto kept =
      image::keep_image(store, layout, "", {.names = {name.text()}, .imported = false, .progress = registry.progress});
  if (!kept) return without_blob(store, std::move(kept).error());
  return from_name(name, store);
}

}  // namespace

std::vector<std::string> ImageLayers::readable() const {
  if (!held) return paths;
  return {"/proc/self/fd/" + std::to_string(held->get())};
}

Result<void> ImageLayers::check(int opened) const {
  struct stat expected {};
  struct stat found {};
  if (!held) return {};
  if (::fstat(held->get(), &expected) != 0 || ::fstat(opened, &found) != 0)
    return Error::system(errno, "stat '" + paths.front() + "'");
  if (expected.st_dev == found.st_dev && expected.st_ino == found.st_ino) return {};
  return Error{Kind::denied, 0, "'" + paths.front() + "': somebody put another directory in its place meanwhile"};
}

Result<Fd> ImageStore::hold() const { return image::lock_shared(store_dir_); }

Result<Image> ImageStore::resolve(const std::string& reference) const {
  const image::Reference wanted = TRY(image::parse_reference(reference));
  const auto find = [&]() -> Result<Image> {
    switch (wanted.form) {
      case image::Reference::Form::rootfs:
        return from_rootfs(wanted, own_);
      case image::Reference::Form::oci:
        return from_oci(wanted, store_dir_);
      case image::Reference::Form::name:
        return from_name(wanted.name, store_dir_);
    }
    return Error{Kind::internal, 0, "no such form"};
  };
  Image found = TRY(find().in("image '" + reference + "'"));
  found.reference = reference;
  return found;
}

Result<Image> ImageStore::pull(const std::string& text, const Registry& registry) const {
  const image::Reference wanted = TRY(image::parse_reference(text));
  if (wanted.form != image::Reference::Form::name)
    return Error{Kind::invalid, 0, "pull image '" + text + "': names a directory, not an image of a registry"};
  const Fd held = TRY(hold());
  Registry named = registry;
  if (registry.progress)
    named.progress = [&](const std::string& far) { registry.progress(far.empty() ? far : text + ": " + far); };
  auto done = pull_once(store_dir_, wanted.name, named).in("pull image '" + wanted.name.text() + "'");
  if (registry.progress) registry.progress("");
  Image pulled = TRY(std::move(done));
  pulled.reference = text;
  return pulled;
}

}  // namespace podrun
