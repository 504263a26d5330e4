#include "runtime/sandbox/volume_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/sandbox/volume_group.h"

namespace podrun {
namespace {

struct Owner {
  std::uint32_t root;  // the pod's, on the host
  std::optional<std::uint32_t> group;

  mode_t mode(mode_t given) const { return group ? mode_for_group(given, false) & 07777 : given & 07777; }
  std::uint32_t user(std::uint32_t inside = 0) const { return root + inside; }
  std::uint32_t group_id() const { return group.value_or(root); }
};

Result<void> make_directory(const std::string& path, const Owner& owner) {
  if (::mkdir(path.c_str(), 0755) != 0)
    return errno == EEXIST ? Result<void>() : Error::system(errno, "make '" + path + "'");
  if (::chown(path.c_str(), owner.user(), owner.group_id()) != 0 ||
      ::chmod(path.c_str(), owner.mode(S_IFDIR | 0755)) != 0)
    return Error::system(errno, "give away '" + path + "'");
  return {};
}

// Those that end with a '/' in the path.
Result<void> make_directories(const std::string& root, const std::string& path, const Owner& owner) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    TRY(make_directory(root + "/" + path.substr(0, slash), owner));
  return {};
}

Result<void> write_file(const std::string& root, const VolumeFile& file, const Owner& owner) {
  TRY(make_directories(root, file.path, owner));
  const std::string path = root + "/" + file.path;
  const Fd fd = TRY(base::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  TRY(base::write_all(fd.get(), file.content, path));
  if (::fchown(fd.get(), owner.user(file.user), owner.group_id()) != 0 ||
      ::fchmod(fd.get(), owner.mode(file.mode)) != 0)
    return Error::system(errno, "give away '" + path + "'");
  return {};
}

}  // namespace

Result<void> write_volume_files(const std::string& path, const FilesSpec& content, std::uint32_t root,
                                const std::optional<std::uint32_t>& group) {
  const Owner whose{root, group};
  const std::string unfinished = path + "~";  // no volume's name
  TRY(base::make_dirs(path.substr(0, path.rfind('/')), 0700));
  TRY(make_directory(unfinished, whose));
  for (const VolumeFile& file : content.files) TRY(write_file(unfinished, file, whose));
  for (const std::string& directory : content.directories) TRY(make_directories(unfinished, directory + "/", whose));
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return Error::system(errno, "make '" + path + "'");
  return {};
}

}  // namespace podrun
