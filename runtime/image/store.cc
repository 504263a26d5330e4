#include <sys/stat.h>

#include <cstdlib>
#include <memory>

#include "runtime/image/image.h"
#include "runtime/image/layer_store.h"
#include "runtime/image/oci_layout.h"
#include "runtime/image/reference.h"
#include "runtime/image/rootfs_directory.h"

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

Result<Image> ImageStore::resolve(const std::string& reference) const {
  const image::Reference wanted = TRY(image::parse_reference(reference));
  const bool oci = wanted.form == image::Reference::Form::oci;
  Image found = TRY((oci ? from_oci(wanted, store_dir_) : from_rootfs(wanted, own_)).in("image '" + reference + "'"));
  found.reference = reference;
  return found;
}

}  // namespace podrun
