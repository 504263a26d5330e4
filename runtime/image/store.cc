#include <fcntl.h>
#include <sys/stat.h>

#include <climits>
#include <cstdlib>
#include <memory>

#include "runtime/image/image.h"
#include "runtime/image/reference.h"

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

Result<Image> from_rootfs(const image::Reference& wanted) {
  Image found;
  const std::string directory = TRY(canonical_directory(wanted.directory));
  if (directory == "/")
    return Error{Kind::invalid, 0,
                 "'" + wanted.directory +
                     "': the host's own root cannot be an image; give a directory that holds a "
                     "root filesystem of its own (debootstrap makes one)"};
  found.layers = {directory};
  return found;
}

}  // namespace

Result<Image> ImageStore::resolve(const std::string& reference) const {
  const image::Reference wanted = TRY(image::parse_reference(reference));
  if (wanted.form == image::Reference::Form::oci)
    return Error{Kind::unsupported, 0,
                 "image '" + reference + "': OCI layouts are not supported yet (" + store_dir_ + ")"};
  Image found = TRY(from_rootfs(wanted).in("image '" + reference + "'"));
  found.reference = reference;
  return found;
}

}  // namespace podrun
