#include "runtime/plan/root.h"

#include <sys/mount.h>

namespace podrun {
namespace {

constexpr std::uint64_t kInert = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
constexpr std::uint64_t kInertReadOnly = kInert | MOUNT_ATTR_RDONLY;

MountPlan filesystem(std::string target, std::string type, mounts::Options options, std::uint64_t attributes) {
  return {.target = std::move(target), .source = Filesystem{std::move(type), std::move(options), attributes}};
}

void add_cgroups(const CgroupHost& host, std::uint64_t attributes, std::vector<MountPlan>& mounts) {
  if (host.mode == CgroupHost::Mode::v2) {
    mounts.push_back(filesystem("/sys/fs/cgroup", "cgroup2", {}, attributes));
    return;
  }
  mounts.push_back({.target = "/sys/fs/cgroup", .source = CgroupDir{}});
  for (const auto& hierarchy : host.v1) {
    mounts::Options options;  // all of its controllers: with fewer the kernel would look for another hierarchy
    for (const auto& controller : hierarchy.controllers) options.emplace_back(controller, "");
    mounts.push_back(filesystem("/sys/fs/cgroup/" + hierarchy.name(), "cgroup", std::move(options), attributes));
  }
}

}  // namespace

// The lists that containerd, CRI-O and Docker agree on.
std::vector<std::string> masked_kernel_files() {
  return {"/proc/acpi",
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
}

std::vector<std::string> read_only_kernel_files() {
  return {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

std::vector<MountPlan> pause_mounts(bool host_ipc) {
  std::vector<MountPlan> rows{
      filesystem("/", "tmpfs", {{"mode", "0755"}, {"size", "64k"}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV),
      filesystem("/proc", "proc", {}, kInert),
      filesystem("/sys", "sysfs", {}, kInertReadOnly),
      // The host's own null device, on a mount that nobody can change its mode through.
      {.target = "/dev/null",
       .source = HostPath{"/dev/null", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC}},
  };
  if (host_ipc)
    rows.push_back({.target = "/dev/shm", .source = HostPath{"/dev/shm", kInert}});
  else
    rows.push_back(filesystem("/dev/shm", "tmpfs", {{"mode", "1777"}, {"size", "64m"}}, kInert));
  rows.push_back({.target = "/etc", .source = EtcDir{}});
  rows.front().read_only = true;
  return rows;
}

std::vector<MountPlan> container_mounts(const CgroupHost& cgroup, bool is_read_only, KernelFiles files) {
  const std::uint64_t kernel = files == KernelFiles::common ? kInertReadOnly : kInert;
  std::vector<MountPlan> rows{
      {.target = "/", .source = Rootfs{}, .read_only = is_read_only},
      filesystem("/proc", "proc", {}, kInert),
      {.target = "/dev", .source = Dev{files == KernelFiles::of_host}},
      // The pods of a machine share 3072 terminals (kernel.pty.max less kernel.pty.reserve): none gets all of them.
      filesystem("/dev/pts", "devpts",
                 {{"newinstance", ""}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}, {"max", "256"}},
                 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC),
      {.target = "/dev/shm", .source = PodMount{"/dev/shm"}},
      filesystem("/dev/mqueue", "mqueue", {}, kInert),
      filesystem("/sys", "sysfs", {}, kernel),
  };
  add_cgroups(cgroup, kernel, rows);
  static const std::string kEtc = "/etc/";
  // Read-only with the root, as under containerd and Docker.
  for (const char* file : {"hosts", "hostname", "resolv.conf"})
    rows.push_back({.target = kEtc + file, .source = PodMount{kEtc + file}, .read_only = is_read_only});
  return rows;
}

}  // namespace podrun
