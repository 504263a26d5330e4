#include "runtime/image/layer_tree.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

#include "base/files.h"
#include "runtime/image/errors.h"
#include "runtime/image/open_directory.h"
#include "runtime/image/whiteout.h"

namespace podrun::image {
namespace {

Error not_a_directory(int parent, const std::string& leaf, const std::string& shown) {
  struct stat info {};
  if (::fstatat(parent, leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode))
    return corrupt("climbs out of its root: '" + shown + "' above it is a link", ELOOP);
  return corrupt("'" + shown + "' above it is no directory", ENOTDIR);
}

Result<Fd> make_directory(int parent, const std::string& leaf, const std::string& shown, bool opaque) {
  if (::mkdirat(parent, leaf.c_str(), 0755) != 0 && errno != EEXIST)
    return Error::system(errno, "make directory '" + shown + "'");
  Fd made(::openat(parent, leaf.c_str(), kOpenDirectory));
  if (!made || ::fchmod(made.get(), 0755) != 0)  // whatever the umask is
    return Error::system(errno, "open directory '" + shown + "'");
  if (opaque) TRY(make_opaque(made.get(), shown));
  return made;
}

}  // namespace

Result<std::string> clean_name(std::string_view name) {
  if (name.size() >= PATH_MAX) return corrupt("its name is longer than 4095 bytes", ENAMETOOLONG);
  std::string clean;
  while (!name.empty()) {
    const auto slash = name.find('/');
    const std::string_view component = name.substr(0, slash);
    name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
    if (component.empty() || component == ".") continue;
    if (component == "..") return corrupt("climbs out of its root");
    if (component.size() > NAME_MAX) return corrupt("its name has a part longer than 255 bytes", ENAMETOOLONG);
    if (!clean.empty()) clean += '/';
    clean += component;
  }
  return clean;
}

Result<bool> clear(const Spot& spot, bool keep_directory) {
  struct stat info {};
  if (::fstatat(spot.parent, spot.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    return Error::system(errno, "stat '" + spot.shown + "'");
  }
  if (S_ISDIR(info.st_mode)) {
    if (keep_directory) return false;
    // By way of our own descriptor: the path of the store might be longer than the kernel takes with `name` behind it.
    TRY(base::remove_tree("/proc/self/fd/" + std::to_string(spot.parent) + "/" + spot.leaf)
            .in("replace '" + spot.shown + "'"));
    return false;
  }
  if (::unlinkat(spot.parent, spot.leaf.c_str(), 0) != 0) return Error::system(errno, "replace '" + spot.shown + "'");
  return is_whiteout(info);
}

Fd LayerTree::open_beneath(const std::string& name) const {
  open_how how{};
  how.flags = kOpenDirectory;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  if (sort_ == Sort::layer) how.resolve |= RESOLVE_NO_XDEV;
  return Fd(static_cast<int>(::syscall(SYS_openat2, root_.get(), name.empty() ? "." : name.c_str(), &how, sizeof how)));
}

// One step down, with `make` making the directory where there is none.
Result<Fd> LayerTree::step_into(int parent, const std::string& leaf, const std::string& shown, bool make) const {
  Fd next(::openat(parent, leaf.c_str(), kOpenDirectory));
  if (next) return next;
  if (errno == ENOENT && make) return make_directory(parent, leaf, shown, false);
  if (errno != ENOTDIR) return Error::system(errno, "open directory '" + shown + "'");
  struct stat info {};
  const bool is_there = ::fstatat(parent, leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (follow_ && is_there && S_ISLNK(info.st_mode)) return follow_(parent, leaf);
  if (!make || sort_ != Sort::layer || !is_there || !is_whiteout(info)) return not_a_directory(parent, leaf, shown);
  if (::unlinkat(parent, leaf.c_str(), 0) != 0) return Error::system(errno, "replace whiteout '" + shown + "'");
  return make_directory(parent, leaf, shown, true);
}

Result<Fd> LayerTree::walk(const std::string& name, bool make) const {
  Fd current = open_beneath("");
  if (!current) return Error::system(errno, "open the directory above all");
  for (std::size_t start = 0; start < name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    current = TRY(step_into(current.get(), name.substr(start, end - start), name.substr(0, end), make));
    start = end + 1;
  }
  return current;
}

Result<Fd> LayerTree::directory(const std::string& name, bool make) const {
  Fd found = open_beneath(name);
  if (found) return found;
  if ((make || follow_) && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return walk(name, make);
  if (errno == ELOOP) return corrupt("climbs out of its root through a link", ELOOP);
  return Error::system(errno, "open directory '" + name + "'");
}

Result<LayerTree::Place> LayerTree::place(const std::string& name, bool make) const {
  const auto slash = name.rfind('/');
  Place place;
  place.parent = TRY(directory(slash == std::string::npos ? "" : name.substr(0, slash), make));
  place.leaf = name.substr(slash == std::string::npos ? 0 : slash + 1);
  place.shown = name;
  return place;
}

}  // namespace podrun::image
