#include "runtime/sandbox/plan_root.h"

#include <sys/mount.h>

namespace podrun {
namespace {

using Source = init::Mount::Source;

constexpr std::uint64_t kInert = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
constexpr std::uint64_t kInertReadOnly = kInert | MOUNT_ATTR_RDONLY;

init::Mount sent(std::string target, bool is_file = false) {
  return {Source::sent, "", std::move(target), {}, 0, is_file};
}
init::Mount filesystem(std::string type, std::string target, mounts::Options options, std::uint64_t attributes) {
  return {Source::filesystem, std::move(type), std::move(target), std::move(options), attributes, false};
}

void add_cgroups(const CgroupHost& host, std::vector<init::Mount>& mounts) {
  if (host.mode == CgroupHost::Mode::v2) {
    mounts.push_back(filesystem("cgroup2", "/sys/fs/cgroup", {}, kInertReadOnly));
    return;
  }
  mounts.push_back(sent("/sys/fs/cgroup"));
  for (const auto& hierarchy : host.v1) {
    mounts::Options options;  // all of its controllers: with fewer the kernel would look for another hierarchy
    for (const auto& controller : hierarchy.controllers) options.emplace_back(controller, "");
    mounts.push_back(filesystem("cgroup", "/sys/fs/cgroup/" + hierarchy.name(), std::move(options), kInertReadOnly));
  }
}

// The lists that containerd, CRI-O and Docker agree on.
void mask_kernel_files(init::Root& root) {
  root.masked = {"/proc/acpi",
                 "/proc/asound",
                 "/proc/interrupts",
                 "/proc/kcore",
                 "/proc/keys",
                 "/proc/latency_stats",
                 "/proc/sched_debug",
                 "/proc/scsi",
                 "/proc/timer_list",
                 "/proc/timer_stats",
                 "/sys/devices/virtual/powercap",
                 "/sys/firmware"};
  root.read_only = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

}  // namespace

init::Root pause_root(bool host_ipc) {
  init::Root root;
  root.mounts = {
      filesystem("tmpfs", "/", {{"mode", "0755"}, {"size", "64k"}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV),
      filesystem("proc", "/proc", {}, kInert),
      filesystem("sysfs", "/sys", {}, kInertReadOnly),
      sent("/dev/null", true),
      host_ipc ? sent("/dev/shm") : filesystem("tmpfs", "/dev/shm", {{"mode", "1777"}, {"size", "64m"}}, kInert),
  };
  mask_kernel_files(root);
  root.is_read_only = true;
  return root;
}

init::Root container_root(const CgroupHost& cgroup) {
  init::Root root;
  root.mounts = {
      sent("/"),
      filesystem("proc", "/proc", {}, kInert),
      sent("/dev"),
      // The pods of a machine share 3072 terminals (kernel.pty.max less kernel.pty.reserve): none gets all of them.
      filesystem("devpts", "/dev/pts",
                 {{"newinstance", ""}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}, {"max", "256"}},
                 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC),
      {Source::pod, "/dev/shm", "/dev/shm", {}, 0, false},
      filesystem("mqueue", "/dev/mqueue", {}, kInert),
      filesystem("sysfs", "/sys", {}, kInertReadOnly),
  };
  add_cgroups(cgroup, root.mounts);
  for (const char* file : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}) root.mounts.push_back(sent(file, true));
  mask_kernel_files(root);
  return root;
}

}  // namespace podrun
