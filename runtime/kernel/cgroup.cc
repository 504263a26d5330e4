#include "runtime/kernel/cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>

#include "base/files.h"
#include "runtime/kernel/devices.h"

namespace podrun {
namespace {

const std::string kMount = "/sys/fs/cgroup";

bool is_filesystem(const std::string& path, long magic) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == magic;
}

Result<Fd> open_dir(const std::string& path) { return base::open_file(path, O_PATH | O_DIRECTORY); }

// Controllers have to be handed down level by level. One that this machine lacks (a kernel without memory cgroups, a
// delegated subtree) is missed only when a limit needs its file.
Result<void> hand_down_controllers(const std::string& dir) {
  const std::string file = dir + "/cgroup.subtree_control";
  if (base::write_in_place(file, "+memory +cpu +pids")) return {};
  for (const char* one : {"+memory", "+cpu", "+pids"})
    if (auto written = base::write_in_place(file, one); !written && written.error().error_number != ENOENT)
      return written;
  return {};
}

Result<void> make_dir(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  if (errno == ENOENT) return base::make_dirs(path);  // PARENT is not there yet
  return Error::system(errno, "make cgroup '" + path + "'");
}

std::uint64_t shares(std::uint64_t millis) { return std::clamp<std::uint64_t>(millis * 1024 / 1000, 2, 262144); }
// The conversion that runc, crun and systemd agree on: [2, 262144] onto [1, 10000].
std::uint64_t weight(std::uint64_t millis) { return 1 + (shares(millis) - 2) * 9999 / 262142; }
constexpr std::uint64_t kPeriod = 100'000;  // microseconds
std::uint64_t quota(std::uint64_t millis) { return std::max<std::uint64_t>(1000, millis * kPeriod / 1000); }

Result<void> limit_pids(const std::string& dir, const CgroupLimits& limits) {
  const std::string file = dir + "/pids.max";
  if (limits.pids) return base::write_in_place(file, std::to_string(*limits.pids));
  if (limits.pids_unless_said == 0 || !base::path_exists(file)) return {};
  return base::write_in_place(file, std::to_string(limits.pids_unless_said));
}

Result<void> limit_v2(const std::string& dir, const CgroupLimits& limits) {
  if (limits.memory_bytes) {
    TRY(base::write_in_place(dir + "/memory.max", std::to_string(*limits.memory_bytes)));
    // Without it the limit would only be where swapping starts. Absent on kernels without swap accounting.
    if (base::path_exists(dir + "/memory.swap.max")) TRY(base::write_in_place(dir + "/memory.swap.max", "0"));
  }
  if (limits.cpu_millis)
    TRY(base::write_in_place(dir + "/cpu.max",
                             std::to_string(quota(*limits.cpu_millis)) + " " + std::to_string(kPeriod)));
  if (limits.cpu_weight) TRY(base::write_in_place(dir + "/cpu.weight", std::to_string(weight(*limits.cpu_weight))));
  return limit_pids(dir, limits);
}

Result<void> limit_v1(const std::string& controller, const std::string& dir, const CgroupLimits& limits) {
  if (controller == "memory" && limits.memory_bytes) {
    const std::string bytes = std::to_string(*limits.memory_bytes);
    TRY(base::write_in_place(dir + "/memory.limit_in_bytes", bytes));
    const std::string with_swap = dir + "/memory.memsw.limit_in_bytes";
    if (base::path_exists(with_swap)) TRY(base::write_in_place(with_swap, bytes));
  }
  if (controller == "cpu" && limits.cpu_millis) {
    TRY(base::write_in_place(dir + "/cpu.cfs_period_us", std::to_string(kPeriod)));
    TRY(base::write_in_place(dir + "/cpu.cfs_quota_us", std::to_string(quota(*limits.cpu_millis))));
  }
  if (controller == "cpu" && limits.cpu_weight)
    TRY(base::write_in_place(dir + "/cpu.shares", std::to_string(shares(*limits.cpu_weight))));
  return controller == "pids" ? limit_pids(dir, limits) : Result<void>();
}

// A new v1 devices cgroup allows everything; children made later inherit what is denied here.
Result<void> limit_devices_v1(const std::string& dir) {
  TRY(base::write_in_place(dir + "/devices.deny", "a"));
  for (const auto& rule : devices::default_rules())
    TRY(base::write_in_place(dir + "/devices.allow", devices::to_text(rule)));
  return {};
}

bool has_controller(const CgroupHost& host, std::string_view controller) {
  for (const auto& hierarchy : host.v1)
    if (hierarchy.controller == controller) return true;
  return false;
}

}  // namespace

const char* to_text(CgroupHost::Mode mode) {
  switch (mode) {
    case CgroupHost::Mode::v1:
      return "v1";
    case CgroupHost::Mode::v2:
      return "v2";
    case CgroupHost::Mode::hybrid:
      return "hybrid";
  }
  return "unknown";
}

Result<CgroupHost> CgroupHost::discover() {
  CgroupHost host;
  if (is_filesystem(kMount, CGROUP2_SUPER_MAGIC)) {
    host.unified = kMount;
    return host;
  }
  if (is_filesystem(kMount + "/unified", CGROUP2_SUPER_MAGIC)) host.unified = kMount + "/unified";
  for (const char* controller : {"memory", "cpu", "pids", "devices"})
    if (const std::string mount = kMount + "/" + controller; is_filesystem(mount, CGROUP_SUPER_MAGIC))
      host.v1.push_back({controller, mount});
  host.mode = host.unified.empty() ? Mode::v1 : Mode::hybrid;
  if (host.unified.empty() && !has_controller(host, "pids"))
    return Error{Kind::unsupported, 0,
                 "find cgroups: neither cgroup v2 nor v1's pids controller is mounted at /sys/fs/cgroup (mount one: "
                 "`mount -t cgroup2 none /sys/fs/cgroup`)"};
  return host;
}

Result<void> Cgroup::create() const {
  if (!host_.unified.empty()) {
    const std::string pod = host_.unified + path_;
    TRY(make_dir(pod));
    TRY(make_dir(pod + "/aux"));
    TRY(make_dir(pod + "/ctr"));
    if (host_.mode == CgroupHost::Mode::v2) {
      TRY(hand_down_controllers(pod.substr(0, pod.rfind('/'))));
      TRY(hand_down_controllers(pod));
      TRY(hand_down_controllers(pod + "/ctr"));
    }
    if (!has_controller(host_, "devices")) {
      const Fd dir = TRY(base::open_file(pod + "/ctr", O_RDONLY | O_DIRECTORY));
      TRY(devices::attach_v2(dir.get(), devices::default_rules()).in("limit devices"));
    }
  }
  for (const auto& [controller, mount] : host_.v1) {
    TRY(make_dir(mount + path_));
    if (controller == "devices") TRY(limit_devices_v1(mount + path_).in("limit devices"));
    if (controller == "pids" && host_.unified.empty()) TRY(make_dir(mount + path_ + "/aux"));
  }
  return {};
}

Result<void> Cgroup::create_container(const std::string& name, const CgroupLimits& limits) const {
  if (!host_.unified.empty()) {
    const std::string dir = host_.unified + path_ + "/ctr/" + name;
    TRY(make_dir(dir));
    if (host_.mode == CgroupHost::Mode::v2) TRY(limit_v2(dir, limits));
  }
  for (const auto& [controller, mount] : host_.v1) {
    const std::string dir = mount + path_ + "/ctr-" + name;
    TRY(make_dir(dir));
    TRY(limit_v1(controller, dir, limits));
  }
  return {};
}

Result<CgroupEntry> Cgroup::enter_aux() const {
  CgroupEntry entry;
  if (!host_.unified.empty())
    entry.v2 = TRY(open_dir(host_.unified + path_ + "/aux"));
  else
    for (const auto& file : aux_join_files()) entry.v1_tasks.push_back(TRY(base::open_file(file, O_WRONLY)));
  return entry;
}

Result<CgroupEntry> Cgroup::enter_container(const std::string& name) const {
  CgroupEntry entry;
  entry.dir = tracking_dir() + (host_.unified.empty() ? "/ctr-" : "/ctr/") + name;
  if (!host_.unified.empty()) entry.v2 = TRY(open_dir(entry.dir));
  for (const auto& hierarchy : host_.v1)
    entry.v1_tasks.push_back(TRY(base::open_file(hierarchy.mount + path_ + "/ctr-" + name + "/tasks", O_WRONLY)));
  return entry;
}

std::string Cgroup::tracking_dir() const {
  if (!host_.unified.empty()) return host_.unified + path_;
  for (const auto& hierarchy : host_.v1)
    if (hierarchy.controller == "pids") return hierarchy.mount + path_;
  return {};  // discover() refuses such a host
}

std::vector<std::string> Cgroup::aux_join_files() const {
  return {tracking_dir() + (host_.unified.empty() ? "/aux/tasks" : "/aux/cgroup.procs")};
}

}  // namespace podrun
