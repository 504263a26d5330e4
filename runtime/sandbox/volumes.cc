#include "runtime/sandbox/volumes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "base/files.h"
#include "runtime/kernel/filesystem.h"
#include "runtime/kernel/inside.h"
#include "runtime/kernel/mountinfo.h"

namespace podrun {
namespace {

std::string shown(const VolumePlan& volume) { return "volume '" + volume.name + "'"; }

// --- What the host has ----------------------------------------------------------------------------------------------

struct Expected {
  mode_t format;  // S_IFMT; 0: any
  const char* noun;
  const char* type;
  mode_t made = 0;  // what is made where nothing is
};

Expected expected(HostPathType type) {
  switch (type) {
    case HostPathType::any:
      return {0, "", "", S_IFDIR};
    case HostPathType::directory_or_create:
      return {S_IFDIR, "directory", "DirectoryOrCreate", S_IFDIR};
    case HostPathType::directory:
      return {S_IFDIR, "directory", "Directory"};
    case HostPathType::file_or_create:
      return {S_IFREG, "file", "FileOrCreate", S_IFREG};
    case HostPathType::file:
      return {S_IFREG, "file", "File"};
    case HostPathType::socket:
      return {S_IFSOCK, "socket", "Socket"};
    case HostPathType::char_device:
      return {S_IFCHR, "character device", "CharDevice"};
    case HostPathType::block_device:
      return {S_IFBLK, "block device", "BlockDevice"};
  }
  return {};
}

Result<void> check(const HostDirectory& host) {
  const Expected expects = expected(host.type);
  struct stat info {};
  if (::stat(host.path.c_str(), &info) != 0) {
    if (errno == ENOENT && expects.made != 0) return {};
    return Error::system(errno, "find hostPath '" + host.path + "'");
  }
  if (expects.format == 0 || (info.st_mode & S_IFMT) == expects.format) return {};
  return Error{Kind::invalid, 0,
               "find hostPath '" + host.path + "': it is no " + expects.noun + " (its type says " + expects.type + ")"};
}

// A directory with those above it, a file without: as the kubelet makes them.
Result<void> make(const HostDirectory& host) {
  TRY(check(host));
  if (base::path_exists(host.path)) return {};
  if (expected(host.type).made == S_IFDIR) return base::make_dirs(host.path);
  TRY(base::open_file(host.path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0644));
  return {};
}

// --- What is the pod's own ------------------------------------------------------------------------------------------

// Anybody in the pod may write to it, as with Kubernetes. It has its name once it has its owner and its mode: whoever
// made it may have been killed.
Result<void> make(const PodDirectory& directory, std::uint32_t id_base) {
  if (base::path_exists(directory.path)) return {};
  const std::string unfinished = directory.path + "~";  // no volume's name
  TRY(base::make_dirs(directory.path.substr(0, directory.path.rfind('/')), 0700));
  if ((::mkdir(unfinished.c_str(), 0700) != 0 && errno != EEXIST) ||
      ::chown(unfinished.c_str(), id_base, id_base) != 0 || ::chmod(unfinished.c_str(), 0777) != 0 ||
      ::rename(unfinished.c_str(), directory.path.c_str()) != 0)
    return Error::system(errno, "make '" + directory.path + "'");
  return {};
}

// --- Into a container -----------------------------------------------------------------------------------------------

struct Place {
  std::string path;
  bool has_ids_of_pod = false;  // on the host, too
};

Place place_of(const PodDirectory& directory) { return {directory.path, true}; }
Place place_of(const HostDirectory& host) { return {host.path, false}; }

Result<Place> find_place(const PodPlan& pod, const std::string& name) {
  const auto volume =
      std::find_if(pod.volumes.begin(), pod.volumes.end(), [&](const VolumePlan& one) { return one.name == name; });
  if (volume == pod.volumes.end()) return Error{Kind::internal, 0, "the pod has no such volume"};
  return std::visit([](const auto& source) { return place_of(source); }, volume->source);
}

bool can_idmap(const std::string& path, int user_ns) {
  const auto mount = mounts::clone(AT_FDCWD, path);
  return mount && mounts::idmap(mount->get(), user_ns);
}

// Of a tree of mounts the kernel refuses the whole and does not say for which of them.
Error cannot_map(int part, int user_ns) {
  std::string path(PATH_MAX, '\0');
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(part)).c_str(), path.data(), path.size());
  path.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  std::string where = path;
  std::string type;
  const std::string mounts = read_mountinfo().value_or("");
  if (can_idmap(path, user_ns))
    each_mount(mounts, [&](const MountLine& mount) {
      const std::string target = unescape_mount_field(mount.target);
      if (!type.empty() || !target.starts_with(path == "/" ? path : path + "/") || can_idmap(target, user_ns)) return;
      where = target;
      type = mount.type;
    });
  return {Kind::unsupported, EINVAL,
          "'" + where + "': its filesystem (" + (type.empty() ? filesystem_type(where) : type) +
              ") cannot map ids on this kernel (`hostUsers: true` avoids that)"};
}

Result<Fd> find_part(const Place& place, const std::string& sub_path, const PodUsers& users) {
  Fd volume = TRY(base::open_file(place.path, O_PATH));
  if (sub_path.empty()) return volume;
  const Making making = TRY(like(volume.get(), place.has_ids_of_pod ? users.base : 0));
  return find_or_make_inside(volume.get(), sub_path, making).in("find subPath '" + sub_path + "'");
}

}  // namespace

Result<void> check_volumes(const std::vector<VolumePlan>& volumes) {
  for (const VolumePlan& volume : volumes)
    if (const auto* host = std::get_if<HostDirectory>(&volume.source)) TRY(check(*host).in(shown(volume)));
  return {};
}

Result<void> make_volumes(const PodRecord& pod) {
  for (const VolumePlan& volume : pod.plan.volumes) {
    if (const auto* host = std::get_if<HostDirectory>(&volume.source)) TRY(make(*host).in(shown(volume)));
    if (const auto* own = std::get_if<PodDirectory>(&volume.source))
      TRY(make(*own, pod.life.id_base).in(shown(volume)));
  }
  return {};
}

Result<Fd> open_volume(const PodPlan& pod, const MountPlan& row, const PodUsers& users) {
  const std::string& name = std::get<PodVolume>(row.source).name;
  const auto open = [&]() -> Result<Fd> {
    const Place place = TRY(find_place(pod, name));
    const Fd part = TRY(find_part(place, row.sub_path, users));
    Fd mount = TRY(mounts::clone_tree(part.get(), ""));
    if (users.user_ns >= 0 && !place.has_ids_of_pod) {
      auto mapped = mounts::idmap(mount.get(), users.user_ns, true);
      if (!mapped && mapped.error().kind == Kind::unsupported) return cannot_map(part.get(), users.user_ns);
      TRY(std::move(mapped));
    }
    if (row.read_only) TRY(mounts::set_attributes(mount.get(), MOUNT_ATTR_RDONLY));
    return mount;
  };
  return open().in("volume '" + name + "'");
}

}  // namespace podrun
