#include "runtime/sandbox/rootfs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/image/copy.h"
#include "runtime/kernel/devices.h"
#include "runtime/kernel/filesystem.h"

namespace podrun {
namespace {

constexpr std::uint64_t kRootAttributes = MOUNT_ATTR_NODEV;  // device nodes in an image are inert

// Names of one or two characters: mount(2) takes a page of options, and an image may have 256 layers.
std::string short_name(std::size_t number) {
  static constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string name(1, kDigits[number % kDigits.size()]);
  if (number >= kDigits.size()) name += kDigits[number / kDigits.size() - 1];
  return name;
}

// Kind::unsupported when it cannot be mapped.
Result<Fd> clone_layer(const ImageLayers& layers, std::size_t number, const PodUsers& users) {
  const std::string& layer = layers.paths[number];
  Fd mount = TRY(mounts::clone(AT_FDCWD, layer));
  TRY(layers.check(mount.get()));
  auto mapped = users.user_ns >= 0 ? mounts::idmap(mount.get(), users.user_ns) : Result<void>();
  if (mapped) return mount;
  if (mapped.error().kind != Kind::unsupported) return std::move(mapped).error().in("layer '" + layer + "'");
  return Error{Kind::unsupported, EINVAL,
               "'" + layer + "': its filesystem (" + filesystem_type(layer) +
                   ") cannot map ids on this kernel (another directory, or `hostUsers: true`, avoids that)"};
}

// Attaches the layers under short names in a directory of the scratch filesystem; returns overlay's lowerdir, top
// first.
Result<std::string> attach_layers(int dir, const ImageLayers& layers, const PodUsers& users) {
  std::string lowerdir;
  for (std::size_t i = layers.paths.size(); i-- > 0;) {
    const Fd mount = TRY(clone_layer(layers, i, users));
    const std::string name = short_name(i);
    if (::mkdirat(dir, name.c_str(), 0700) != 0) return Error::system(errno, "make mount point '" + name + "'");
    TRY(mounts::attach(mount.get(), dir, name));
    lowerdir += (lowerdir.empty() ? "" : ":") + name;
  }
  return lowerdir;
}

// In a directory that hands nothing down, so that only the umask is to be made up for. The root of the container shows
// the upper directory's owner and mode, so it has its name once it has those: whoever made it may have been killed.
Result<void> make_upper(const std::string& upper, const PodUsers& users) {
  const std::string unfinished = upper + ".part";
  if ((::mkdir(unfinished.c_str(), 0755) != 0 && errno != EEXIST) ||
      ::chown(unfinished.c_str(), users.base, users.base) != 0 || ::chmod(unfinished.c_str(), 0755) != 0 ||
      ::rename(unfinished.c_str(), upper.c_str()) != 0)
    return Error::system(errno, "make the writable layer '" + upper + "'");
  return {};
}

// An upper directory that is there already is of the attempt before; overlay refuses its work directory, whose last
// mount was volatile.
Result<void> make_writable(const std::string& writable, const PodUsers& users) {
  const std::string upper = writable + "/upper";
  const std::string work = writable + "/work";
  const std::string step = "make the writable layer '" + upper + "'";
  if (!base::path_exists(upper))
    TRY(make_upper(upper, users));
  else
    TRY(base::remove_tree(work));
  return ::mkdir(work.c_str(), 0700) == 0 ? Result<void>() : Error::system(errno, step);
}

// Overlay may go read-only without a word, where it cannot make what it needs in the work directory.
Result<void> check_writable(bool is_read_only, const std::string& writable) {
  return is_read_only ? Error::system(ENOSPC, "write to '" + writable + "/work'") : Result<void>();
}

// By descriptors alone, from Linux 6.15 on: layers need be attached nowhere, so no mount namespace has to be made for
// them, which copies the host's whole table of mounts. Kind::unsupported where this kernel does not do it so.
Result<Fd> make_overlay(const ImageLayers& layers, const std::string& writable, const PodUsers& users) {
  mounts::Descriptors parts;
  for (std::size_t i = layers.paths.size(); i-- > 0;)  // top first
    parts.emplace_back("lowerdir+", TRY(clone_layer(layers, i, users)));
  parts.emplace_back("upperdir", TRY(base::open_file(writable + "/upper", O_RDONLY | O_DIRECTORY)));
  parts.emplace_back("workdir", TRY(base::open_file(writable + "/work", O_RDONLY | O_DIRECTORY)));
  Fd overlay = TRY(mounts::make("overlay", parts, {{"volatile", ""}}, MOUNT_ATTR_NODEV));
  struct statvfs info {};
  TRY(check_writable(::fstatvfs(overlay.get(), &info) == 0 && (info.f_flag & ST_RDONLY) != 0, writable));
  return overlay;
}

// The overlay of `lowerdir`, attached at `target`, which is made; both relative to the working directory.
Result<void> attach_overlay(const std::string& lowerdir, const std::string& writable, const char* target) {
  // Opened here, because overlay wants an upper directory of a mount in the caller's namespace, and by descriptor,
  // because its path may be long. volatile: the layer goes with the pod, so unmounting it need not sync the whole
  // filesystem.
  const Fd upper = TRY(base::open_file(writable, O_PATH | O_DIRECTORY));
  const std::string upper_path = "/proc/self/fd/" + std::to_string(upper.get());
  const std::string options =
      "lowerdir=" + lowerdir + ",upperdir=" + upper_path + "/upper,workdir=" + upper_path + "/work,volatile";
  if (::mkdir(target, 0700) != 0) return Error::system(errno, "make a mount point");
  if (::mount("overlay", target, "overlay", MS_NODEV, options.c_str()) != 0)
    return Error::system(errno, "mount an overlay");
  struct statvfs info {};
  return check_writable(::statvfs(target, &info) == 0 && (info.f_flag & ST_RDONLY) != 0, writable);
}

// What is wrong with an overlay that the kernel refused: nothing can be written into over this filesystem, else it is
// the layers. Tells by another one, over nothing but an empty directory.
Error why_refused(const ImageLayers& layers, const std::string& writable) {
  static constexpr const char* kEmpty = "-";
  if (::mkdir(kEmpty, 0700) == 0 && !attach_overlay(kEmpty, writable, "="))
    return Error{Kind::unsupported, EINVAL,
                 "'" + writable + "': its filesystem (" + filesystem_type(writable) +
                     ") cannot hold what is written over an image (another --data-dir avoids that)"};
  return Error{Kind::unsupported, EINVAL,
               "'" + layers.paths.back() + "': overlayfs on this kernel does not take layers of its filesystem (" +
                   filesystem_type(layers.paths.back()) + ")"};
}

Result<Fd> mount_overlay(const ImageLayers& layers, const std::string& writable, const PodUsers& users) {
  if (auto made = make_overlay(layers, writable, users); made || made.error().kind != Kind::unsupported) return made;
  // Nothing else is done there: the kernel refuses what belongs to the host's own namespace, this program for one, and
  // a plugin's mounts would be lost.
  const mounts::PrivateNamespace at = TRY(mounts::PrivateNamespace::enter());  // standing in which names are short
  const std::string lowerdir = TRY(attach_layers(at.scratch(), layers, users));
  static constexpr const char* kTarget = "_";  // no layer's name
  auto mounted = attach_overlay(lowerdir, writable, kTarget);
  if (!mounted && mounted.error().error_number == EINVAL) return why_refused(layers, writable);
  if (!mounted)
    return std::move(mounted).error().in("'" + layers.paths.back() + "' and " +
                                         std::to_string(layers.paths.size() - 1) + " more layers");
  return mounts::clone(at.scratch(), kTarget);
}

}  // namespace

Result<Fd> mount_rootfs(const ImageLayers& layers, const std::string& writable, const PodUsers& users,
                        const std::function<void(const std::string&)>& warn) {
  const auto on_data = [&](Result<void> done) -> Result<void> {
    if (done || (done.error().error_number != EPERM && done.error().error_number != EOPNOTSUPP)) return done;
    Error error = std::move(done).error();
    error.what += "; its filesystem is " + filesystem_type(writable) + ": choose another --data-dir";
    return error;
  };
  const std::string copy = writable + "/rootfs";
  if (base::path_exists(copy)) return mounts::clone(AT_FDCWD, copy, kRootAttributes);  // the attempt before had it
  TRY(base::make_dirs(writable.substr(0, writable.rfind('/')), 0700));
  TRY(on_data(base::make_exact_dir(writable, 0700)));
  TRY(on_data(make_writable(writable, users)));
  auto overlay = mount_overlay(layers, writable, users);
  if (overlay || overlay.error().kind != Kind::unsupported) return overlay;
  warn(overlay.error().what + ": the container gets a private copy of its image");
  const std::string unfinished = copy + ".part";
  TRY(base::remove_tree(unfinished));
  TRY(on_data(copy_layers(layers.readable(), unfinished, users.base).in("copy the image")));
  if (::rename(unfinished.c_str(), copy.c_str()) != 0) return Error::system(errno, "keep the copy of the image");
  return mounts::clone(AT_FDCWD, copy, kRootAttributes);
}

Result<Fd> mount_dev(const PodUsers& users) {
  Fd dev = TRY(mounts::make("tmpfs", {{"mode", "0755"}, {"size", "64k"}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
  const auto owned = [&](const char* name, bool made) -> Result<void> {
    if (!made || ::fchownat(dev.get(), name, users.base, users.base, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0)
      return Error::system(errno, "make '/dev/" + std::string(name) + "'");
    return {};
  };
  TRY(owned("", true));
  for (const auto& node : devices::default_nodes()) {
    TRY(owned(node.name, ::mknodat(dev.get(), node.name, S_IFCHR | 0666, makedev(node.major, node.minor)) == 0));
    if (::fchmodat(dev.get(), node.name, 0666, 0) != 0) return Error::system(errno, "open up a device node");
  }
  static constexpr std::pair<const char*, const char*> kLinks[] = {{"fd", "/proc/self/fd"},
                                                                   {"stdin", "/proc/self/fd/0"},
                                                                   {"stdout", "/proc/self/fd/1"},
                                                                   {"stderr", "/proc/self/fd/2"},
                                                                   {"ptmx", "pts/ptmx"}};
  for (const auto& [name, target] : kLinks) TRY(owned(name, ::symlinkat(target, dev.get(), name) == 0));
  for (const char* dir : {"pts", "shm", "mqueue"}) TRY(owned(dir, ::mkdirat(dev.get(), dir, 0755) == 0));
  return dev;
}

Result<Fd> mount_cgroup_dir(const std::vector<CgroupHost::Hierarchy>& hierarchies) {
  Fd dir = TRY(mounts::make("tmpfs", {{"mode", "0755"}, {"size", "64k"}},
                            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
  for (const auto& hierarchy : hierarchies) {
    const std::string name = hierarchy.name();
    if (::mkdirat(dir.get(), name.c_str(), 0555) != 0)
      return Error::system(errno, "make a place for cgroup '" + name + "'");
    if (hierarchy.controllers.size() == 1) continue;
    for (const auto& controller : hierarchy.controllers)
      if (::symlinkat(name.c_str(), dir.get(), controller.c_str()) != 0)
        return Error::system(errno, "make a link for controller '" + controller + "'");
  }
  TRY(mounts::set_attributes(dir.get(), MOUNT_ATTR_RDONLY));
  return dir;
}

}  // namespace podrun
