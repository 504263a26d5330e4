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
#include "runtime/sandbox/claims.h"
#include "runtime/sandbox/volume_files.h"
#include "runtime/sandbox/volume_group.h"

namespace podrun {
namespace {

std::string shown_volume(const VolumePlan& volume) { return "volume '" + volume.name + "'"; }

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

Result<void> check_host_path(const HostDirectory& host) {
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
  TRY(check_host_path(host));
  if (base::path_exists(host.path)) return {};
  if (expected(host.type).made == S_IFDIR) return base::make_dirs(host.path);
  TRY(base::open_file(host.path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0644));
  return {};
}

// --- What is the pod's own ------------------------------------------------------------------------------------------

// It has its name once it has its owner and its mode: whoever made it may have been killed.
Result<void> make(const PodDirectory& directory, std::uint32_t mode, std::uint32_t user, std::uint32_t group) {
  if (base::path_exists(directory.path)) return {};
  const std::string unfinished = directory.path + "~";  // no volume's name
  TRY(base::make_dirs(directory.path.substr(0, directory.path.rfind('/')), 0700));
  if ((::mkdir(unfinished.c_str(), 0700) != 0 && errno != EEXIST) || ::chown(unfinished.c_str(), user, group) != 0 ||
      ::chmod(unfinished.c_str(), mode) != 0 || ::rename(unfinished.c_str(), directory.path.c_str()) != 0)
    return Error::system(errno, "make '" + directory.path + "'");
  return {};
}

struct Maker {
  const Layout& layout;
  const PodRecord& pod;
  const VolumeFiles& files;

  // Of what has the pod's ids on the host, too.
  std::optional<std::uint32_t> group_on_host() const {
    const auto& group = pod.plan.volume_group;
    return group ? std::optional(pod.life.id_base + group->id) : std::nullopt;
  }

  Result<void> make(const std::string&, const HostDirectory& host) const { return podrun::make(host); }
  Result<void> make(const std::string&, const PodMemory&) const { return {}; }   // pause makes it
  Result<void> make(const std::string&, const ImageFiles&) const { return {}; }  // and each container that
  Result<void> make(const std::string&, const PodDirectory& directory) const {
    return podrun::make(directory, mode_with_group(directory.mode, pod.plan.volume_group), pod.life.id_base,
                        group_on_host().value_or(pod.life.id_base));
  }
  Result<void> make(const std::string& name, const PodFiles& place) const {
    const auto contents = files.find(name);
    if (contents == files.end()) return {};
    return write_volume_files(place.path, contents->second, pod.life.id_base, group_on_host());
  }
  Result<void> make(const std::string&, const ClaimDirectory& claim) const {
    TRY(make_claim(layout, pod.plan.who.name_space, claim.claim));
    const auto& group = pod.plan.volume_group;
    return group ? give_to_group(claim.path, group->id, group->only_where_it_differs) : Result<void>();
  }
};

// --- Into a container -----------------------------------------------------------------------------------------------

constexpr std::uint64_t kFixed = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

struct Place {
  std::string path;
  bool has_ids_of_pod = false;       // on the host, too
  std::uint64_t set = 0, clear = 0;  // MOUNT_ATTR_*
};

Result<Place> place_of(const PodDirectory& directory) { return Place{directory.path, true, MOUNT_ATTR_NODEV, 0}; }
// /run may be noexec, and a script from a ConfigMap is to be run.
Result<Place> place_of(const PodFiles& files) { return Place{files.path, true, kFixed, MOUNT_ATTR_NOEXEC}; }
Result<Place> place_of(const HostDirectory& host) { return Place{host.path, false, 0, 0}; }
Result<Place> place_of(const ClaimDirectory& claim) { return Place{claim.path, false, MOUNT_ATTR_NODEV, 0}; }
Result<Place> place_of(const PodMemory&) { return Error{Kind::internal, 0, "pause has it"}; }
Result<Place> place_of(const ImageFiles&) { return Error{Kind::internal, 0, "it is an image"}; }

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
              ") cannot map ids on this kernel (`hostUsers: true`, or a directory on another filesystem, avoids that)"};
}

Result<Fd> find_part(const Place& place, const std::string& sub_path, const PodUsers& users) {
  Fd volume = TRY(base::open_file(place.path, O_PATH));
  if (sub_path.empty()) return volume;
  const Making making = TRY(like(volume.get(), place.has_ids_of_pod ? users.base : 0));
  return find_or_make_inside(volume.get(), sub_path, making).in("find subPath '" + sub_path + "'");
}

std::uint64_t kernels(Propagation propagation) {
  switch (propagation) {
    case Propagation::none:
      return MS_PRIVATE;
    case Propagation::host_to_container:
      return MS_SLAVE;
    case Propagation::bidirectional:
      return 0;  // as the host has it: a peer
  }
  return MS_PRIVATE;
}

Result<void> must_be_shared(int part, const std::string& path) {
  struct statx info {};
  if (::statx(part, "", AT_EMPTY_PATH, STATX_MNT_ID, &info) != 0) return Error::system(errno, "stat '" + path + "'");
  bool is_shared = false;
  each_mount(TRY(read_mountinfo()), [&](const MountLine& mount) {
    is_shared = is_shared || (mount.id == info.stx_mnt_id && mount.is_shared);
  });
  if (is_shared) return {};
  return Error{Kind::invalid, 0,
               "'" + path +
                   "' is on a mount that is not shared, so that nothing mounted in a container shows there "
                   "(`mount --make-shared` changes that; mountPropagation: Bidirectional)"};
}

}  // namespace

Result<void> check_volumes(const std::vector<VolumePlan>& volumes) {
  for (const VolumePlan& volume : volumes)
    if (const auto* host = std::get_if<HostDirectory>(&volume.source))
      TRY(check_host_path(*host).in(shown_volume(volume)));
  return {};
}

Result<void> make_volumes(const Layout& layout, const PodRecord& pod, const VolumeFiles& files) {
  const Maker maker{layout, pod, files};
  for (const VolumePlan& volume : pod.plan.volumes)
    TRY(std::visit([&](const auto& source) { return maker.make(volume.name, source); }, volume.source)
            .in(shown_volume(volume)));
  return {};
}

namespace {

Result<Fd> open_place(const Place& place, const MountPlan& row, const PodUsers& users) {
  const Fd part = TRY(find_part(place, row.sub_path, users));
  if (row.propagation == Propagation::bidirectional) TRY(must_be_shared(part.get(), place.path));
  Fd mount = TRY(mounts::clone_tree(part.get(), "", kernels(row.propagation)));
  if (users.user_ns >= 0 && !place.has_ids_of_pod) {
    auto mapped = mounts::idmap(mount.get(), users.user_ns, true);
    if (!mapped && mapped.error().kind == Kind::unsupported) return cannot_map(part.get(), users.user_ns);
    TRY(std::move(mapped));
  }
  const std::uint64_t set = place.set | row.attributes | (row.read_only ? MOUNT_ATTR_RDONLY : 0);
  const std::uint64_t clear = place.clear & ~set;
  if (set != 0 || clear != 0) TRY(mounts::set_attributes(mount.get(), set, clear));
  if (row.is_recursive) TRY(mounts::set_attributes(mount.get(), MOUNT_ATTR_RDONLY, 0, true));
  return mount;
}

}  // namespace

Result<Fd> open_volume(const PodPlan& pod, const MountPlan& row, const PodUsers& users) {
  const std::string& name = std::get<PodVolume>(row.source).name;
  const auto open = [&]() -> Result<Fd> { return open_place(TRY(find_place(pod, name)), row, users); };
  return open().in("volume '" + name + "'");
}

Result<Fd> open_host_path(const MountPlan& row, const PodUsers& users) {
  const auto& host = std::get<HostPath>(row.source);
  return open_place({host.path, false, host.attributes, 0}, row, users).in("mount '" + row.target + "'");
}

}  // namespace podrun
