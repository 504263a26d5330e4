#include "runtime/sandbox/rootfs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/image/copy.h"
#include "runtime/kernel/devices.h"

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
Result<Fd> clone_layer(const std::string& layer, const PodUsers& users) {
  Fd mount = TRY(mounts::clone(AT_FDCWD, layer));
  if (users.user_ns >= 0) TRY(mounts::idmap(mount.get(), users.user_ns).in("layer '" + layer + "'"));
  return mount;
}

// Attaches the layers under short names in a directory of the scratch filesystem; returns overlay's lowerdir, top
// first.
Result<std::string> attach_layers(int dir, const std::vector<std::string>& layers, const PodUsers& users) {
  std::string lowerdir;
  for (std::size_t i = layers.size(); i-- > 0;) {
    const Fd mount = TRY(clone_layer(layers[i], users));
    const std::string name = short_name(i);
    if (::mkdirat(dir, name.c_str(), 0700) != 0) return Error::system(errno, "make mount point '" + name + "'");
    TRY(mounts::attach(mount.get(), dir, name));
    lowerdir += (lowerdir.empty() ? "" : ":") + name;
  }
  return lowerdir;
}

Result<void> make_writable(const std::string& writable, const PodUsers& users) {
  TRY(base::make_dirs(writable, 0700));
  for (const char* name : {"/upper", "/work"}) TRY(base::make_dirs(writable + name, 0755));
  if (::chown((writable + "/upper").c_str(), users.base, users.base) != 0)
    return Error::system(errno, "give the writable layer to the pod");
  return {};
}

Result<Fd> mount_overlay(const mounts::PrivateNamespace& at, const std::vector<std::string>& layers,
                         const std::string& writable, const PodUsers& users) {
  // A directory of its own for each container, standing in which names are short.
  const std::string dir_name = base::random_hex(4);
  if (::mkdirat(at.scratch(), dir_name.c_str(), 0700) != 0) return Error::system(errno, "make a mount point");
  const Fd dir(::openat(at.scratch(), dir_name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!dir || ::fchdir(dir.get()) != 0) return Error::system(errno, "enter a mount point");
  const std::string lowerdir = TRY(attach_layers(dir.get(), layers, users));

  TRY(make_writable(writable, users));
  // Opened here, because overlay wants an upper directory of a mount in the caller's namespace, and by descriptor,
  // because its path may be long. volatile: the layer goes with the pod, so unmounting it need not sync the whole
  // filesystem.
  const Fd upper = TRY(base::open_file(writable, O_PATH | O_DIRECTORY));
  const std::string upper_path = "/proc/self/fd/" + std::to_string(upper.get());
  const std::string options =
      "lowerdir=" + lowerdir + ",upperdir=" + upper_path + "/upper,workdir=" + upper_path + "/work,volatile";
  static constexpr const char* kTarget = "_";  // no layer's name
  if (::mkdirat(dir.get(), kTarget, 0700) != 0) return Error::system(errno, "make a mount point");
  if (::mount("overlay", kTarget, "overlay", MS_NODEV, options.c_str()) != 0)
    return Error::system(
        errno, "mount an overlay of '" + layers.back() + "' and " + std::to_string(layers.size() - 1) + " more layers");
  return mounts::clone(dir.get(), kTarget);
}

std::string cannot_map(const std::vector<std::string>& layers) {
  struct statfs info {};
  ::statfs(layers.back().c_str(), &info);
  char type[32];
  std::snprintf(type, sizeof(type), "0x%lx", static_cast<unsigned long>(info.f_type));
  return "'" + layers.back() + "': its filesystem (type " + type +
         ") cannot map ids on this kernel, so the pod gets a private copy of the image; `hostUsers: true`, or another "
         "--data-dir, avoids that";
}

}  // namespace

Result<Fd> mount_rootfs(const mounts::PrivateNamespace& at, const std::vector<std::string>& layers,
                        const std::string& writable, const PodUsers& users, std::string& warning) {
  auto overlay = mount_overlay(at, layers, writable, users);
  // EINVAL from overlay itself: before Linux 5.19 it refuses idmapped layers.
  const bool refused = !overlay && users.user_ns >= 0 &&
                       (overlay.error().kind == Kind::unsupported || overlay.error().error_number == EINVAL);
  if (!refused) return overlay;
  warning = cannot_map(layers);
  const std::string copy = writable + "/rootfs";
  TRY(copy_layers(layers, copy, users.base).in("copy the image"));
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

Result<Fd> mount_cgroup_dir(const std::vector<std::string>& controllers) {
  Fd dir = TRY(mounts::make("tmpfs", {{"mode", "0755"}, {"size", "64k"}},
                            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
  for (const auto& controller : controllers)
    if (::mkdirat(dir.get(), controller.c_str(), 0555) != 0)
      return Error::system(errno, "make a place for controller '" + controller + "'");
  TRY(mounts::set_attributes(dir.get(), MOUNT_ATTR_RDONLY));
  return dir;
}

Result<Fd> mount_file(const std::string& path) {
  return mounts::clone(AT_FDCWD, path, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

}  // namespace podrun
