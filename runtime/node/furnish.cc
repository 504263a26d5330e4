#include "runtime/node/furnish.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/files.h"
#include "runtime/kernel/mountinfo.h"
#include "runtime/kernel/mounts.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/node/addresses.h"

namespace podrun {
namespace {

constexpr std::uint64_t kNoPrograms = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
constexpr const char* kRun = "/run";

Result<void> attach(const Fd& mount, const std::string& path) { return mounts::attach(mount.get(), AT_FDCWD, path); }

Result<void> mount_tmpfs(const std::string& path) {
  return attach(TRY(mounts::make("tmpfs", {{"mode", "0755"}}, kNoPrograms)), path);
}

bool is_below(const std::string& path, const std::string& directory) { return path.starts_with(directory + "/"); }

// Of the machine's mounts, what is below /sys and below no other of them.
Result<std::vector<std::string>> mounted_below_sys() {
  std::vector<std::string> all;
  const std::string mountinfo = TRY(read_mountinfo());
  each_mount(mountinfo, [&](const MountLine& line) {
    if (line.target.starts_with("/sys/")) all.push_back(unescape_mount_field(line.target));
  });
  std::vector<std::string> outermost;
  for (const std::string& one : all)
    if (std::none_of(all.begin(), all.end(), [&](const std::string& other) { return is_below(one, other); }) &&
        std::find(outermost.begin(), outermost.end(), one) == outermost.end())
      outermost.push_back(one);
  return outermost;
}

// sysfs shows the links of the network namespace that it was mounted in.
Result<void> renew_sys() {
  std::vector<std::pair<std::string, Fd>> kept;
  for (const std::string& path : TRY(mounted_below_sys()))
    kept.emplace_back(path, TRY(mounts::clone_tree(AT_FDCWD, path, MS_SLAVE)));
  TRY(attach(TRY(mounts::make("sysfs", {}, kNoPrograms | MOUNT_ATTR_NOEXEC)), "/sys"));
  for (const auto& [path, mount] : kept) {
    auto attached = attach(mount, path);
    if (!attached && attached.error().error_number != ENOENT) return attached;  // of a device that only others have
  }
  return {};
}

// The upper directory needs a name while the overlay is made, and none afterwards: /run is covered next.
Result<void> cover_etc() {
  TRY(mount_tmpfs(kRun));
  const std::string run(kRun);
  TRY(base::make_dirs(run + "/upper"));
  TRY(base::make_dirs(run + "/work"));
  const mounts::Options layers{{"lowerdir", "/etc"}, {"upperdir", run + "/upper"}, {"workdir", run + "/work"}};
  TRY(attach(TRY(mounts::make("overlay", layers, kNoPrograms)), "/etc"));
  if (::umount2(kRun, MNT_DETACH) != 0) return Error::system(errno, "unmount what is below /etc");
  return {};
}

// A link may lead out of the overlay, to what is the machine's.
Result<void> make_own_directory(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode) && ::unlink(path.c_str()) != 0)
    return Error::system(errno, "remove '" + path + "'");
  return base::make_dirs(path);
}

Result<void> write_etc(const NodeRecord& node) {
  constexpr mode_t kForAll = 0644;
  const NodeAddresses addresses = addresses_of_node(node.number);
  const std::string hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n" +
                            addresses.v4.to_text() + "\t" + node.name + "\n" + addresses.v6.to_text() + "\t" +
                            node.name + "\n";
  TRY(base::write_file_durably("/etc/hostname", node.name + "\n", kForAll));
  TRY(base::write_file_durably("/etc/hosts", hosts, kForAll));
  // No other can be reached. Where nobody answers there, who asks is told so at once.
  TRY(base::write_file_durably("/etc/resolv.conf", "nameserver " + addresses.v4.to_text() + "\n", kForAll));
  TRY(make_own_directory("/etc/cni"));
  TRY(base::remove_tree("/etc/cni/net.d"));
  TRY(make_own_directory("/etc/cni/net.d"));
  return base::write_file_durably("/etc/cni/net.d/10-podrun.conflist", network_of_node(node.number), kForAll);
}

Result<void> write_sysctls() {
  TRY(base::write_in_place("/proc/sys/net/ipv4/ip_forward", "1"));
  auto done = base::write_in_place("/proc/sys/net/ipv6/conf/all/forwarding", "1");
  return !done && done.error().kind == Kind::not_found ? Result<void>() : std::move(done);
}

// What the machine keeps for the node, seen before it is covered.
struct Kept {
  Fd state, ids, data, images;
};

Result<Kept> open_kept(const Layout& layout, const std::string& name) {
  Kept kept;
  kept.state = TRY(mounts::clone(AT_FDCWD, layout.node_state(name)));
  kept.ids = TRY(mounts::clone(AT_FDCWD, layout.ids()));
  kept.data = TRY(mounts::clone(AT_FDCWD, layout.node_data(name)));
  kept.images = TRY(mounts::clone(AT_FDCWD, layout.images(), MOUNT_ATTR_RDONLY));
  return kept;
}

Result<void> attach_kept(const Layout& layout, const Kept& kept) {
  const Directories& directories = layout.directories();
  // The outer one first, where one is in the other; either may be below /run.
  std::vector<std::pair<std::string, const Fd*>> both{{directories.state, &kept.state}, {directories.data, &kept.data}};
  if (is_below(directories.state, directories.data)) std::swap(both[0], both[1]);
  for (const auto& [path, mount] : both) {
    TRY(base::make_dirs(path, 0700));
    TRY(attach(*mount, path));
  }
  TRY(attach(kept.ids, layout.ids()));
  TRY(attach(kept.images, layout.images()));
  TRY(base::make_dirs(directories.netns));
  if (!is_below(directories.netns, kRun)) TRY(mount_tmpfs(directories.netns));
  return netns::make_directory(directories.netns);
}

}  // namespace

Result<void> furnish_node(const Layout& layout, const NodeRecord& node) {
  TRY(mounts::stop_propagation());
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) != 0)  // as systemd leaves a machine's
    return Error::system(errno, "share the mounts of the node");
  const Kept kept = TRY(open_kept(layout, node.name));
  TRY(renew_sys());
  TRY(cover_etc().in("make the node's /etc"));
  TRY(mount_tmpfs(kRun));
  TRY(base::make_exact_dir("/run/lock", 01777));
  TRY(base::make_dirs("/var/lib/cni"));
  TRY(mount_tmpfs("/var/lib/cni"));
  TRY(attach_kept(layout, kept));
  if (::sethostname(node.name.data(), node.name.size()) != 0) return Error::system(errno, "set the hostname");
  TRY(bring_loopback_up());
  TRY(write_sysctls());
  return write_etc(node);
}

}  // namespace podrun
