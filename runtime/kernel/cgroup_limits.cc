// A container's cgroup, its limits, and what they have done to it.
#include <algorithm>
#include <charconv>

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/cgroup_devices.h"
#include "runtime/kernel/cgroup_dir.h"

namespace podrun {
namespace {

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

std::uint64_t number_in(const std::string& file) {
  const std::string text = base::read_file(file, 64).value_or("");
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A cgroup's protection is no more than its parent's (cgroup-v2.rst, memory.low), so the levels above have the sum. Low
// and not min: nobody has checked that the requests of all pods fit into the machine.
Result<void> keep_memory(const std::string& pod, const std::string& container, std::uint64_t bytes) {
  if (!base::path_exists(container + "/memory.low")) return {};
  TRY(base::write_in_place(container + "/memory.low", std::to_string(bytes)));
  for (const std::string& file : {pod + "/ctr/memory.low", pod + "/memory.low"}) {
    TRY(base::write_in_place(file, std::to_string(number_in(file) + bytes)));
  }
  return {};
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

Result<void> limit_v1(const CgroupHost::Hierarchy& hierarchy, const std::string& dir, const CgroupLimits& limits) {
  if (hierarchy.has("memory") && limits.memory_bytes) {
    const std::string bytes = std::to_string(*limits.memory_bytes);
    TRY(base::write_in_place(dir + "/memory.limit_in_bytes", bytes));
    const std::string with_swap = dir + "/memory.memsw.limit_in_bytes";
    if (base::path_exists(with_swap)) TRY(base::write_in_place(with_swap, bytes));
  }
  if (hierarchy.has("cpu") && limits.cpu_millis) {
    TRY(base::write_in_place(dir + "/cpu.cfs_period_us", std::to_string(kPeriod)));
    TRY(base::write_in_place(dir + "/cpu.cfs_quota_us", std::to_string(quota(*limits.cpu_millis))));
  }
  if (hierarchy.has("cpu") && limits.cpu_weight)
    TRY(base::write_in_place(dir + "/cpu.shares", std::to_string(shares(*limits.cpu_weight))));
  return hierarchy.has("pids") ? limit_pids(dir, limits) : Result<void>();
}

// v2 says ENOENT where a controller is missing; a v1 hierarchy that is not there can say nothing.
Result<void> expect_controllers(const CgroupHost& host, const CgroupLimits& limits) {
  const auto missing = [&](const char* controller) { return host.with(controller) == nullptr; };
  const char* lacks = nullptr;
  if (limits.pids && missing("pids")) lacks = "pids";
  if ((limits.cpu_millis || limits.cpu_weight) && missing("cpu")) lacks = "cpu";
  if (limits.memory_bytes && missing("memory")) lacks = "memory";
  if (lacks == nullptr) return {};
  return Error{Kind::unsupported, 0,
               "set limits: this machine has no cgroup v1 controller '" + std::string(lacks) + "'"};
}

std::string dir_in(const CgroupHost::Hierarchy& hierarchy, const std::string& pod, const std::string& name) {
  return hierarchy.mount + pod + "/ctr-" + name;
}

// The number after "KEY " on a line of its own; 0 where there is none.
std::uint64_t counter(const std::string& text, const std::string& key) {
  std::uint64_t number = 0;
  const std::size_t at = ("\n" + text).find("\n" + key + " ");
  if (at == std::string::npos) return number;
  const char* const digits = text.data() + at + key.size() + 1;
  std::from_chars(digits, text.data() + text.size(), number);
  return number;
}

}  // namespace

Result<void> Cgroup::create_container(const std::string& name, const CgroupLimits& limits, DeviceAccess devices) const {
  if (!host_.unified.empty()) {
    const std::string dir = host_.unified + path_ + "/ctr/" + name;
    TRY(make_cgroup(dir));
    if (host_.mode == CgroupHost::Mode::v2) {
      TRY(limit_v2(dir, limits));
      if (limits.memory_kept) TRY(keep_memory(host_.unified + path_, dir, *limits.memory_kept));
    }
  }
  if (host_.mode != CgroupHost::Mode::v2) TRY(expect_controllers(host_, limits));
  for (const auto& hierarchy : host_.v1) {
    const std::string dir = dir_in(hierarchy, path_, name);
    TRY(make_cgroup(dir));
    TRY(limit_v1(hierarchy, dir, limits));
  }
  return devices == DeviceAccess::common ? limit_devices(host_, path_ + "/ctr-" + name, path_ + "/ctr/" + name)
                                         : Result<void>();
}

// As keep_memory() has added it.
void Cgroup::keep_less_memory(const std::string& container) const {
  const std::string pod = host_.unified + path_;
  const std::uint64_t bytes = host_.unified.empty() ? 0 : number_in(pod + "/ctr/" + container + "/memory.low");
  if (bytes == 0) return;
  for (const std::string& file : {pod + "/ctr/memory.low", pod + "/memory.low"}) {
    const std::uint64_t all = number_in(file);
    (void)base::write_in_place(file, std::to_string(all - std::min(all, bytes)));
  }
}

bool Cgroup::has_run_out_of_memory(const std::string& name) const {
  // cgroup-v1/memory.rst and cgroup-v2.rst; v1 has counted since Linux 4.13.
  const CgroupHost::Hierarchy* const v1 = host_.with("memory");
  const std::string file = v1 != nullptr ? dir_in(*v1, path_, name) + "/memory.oom_control"
                                         : host_.unified + path_ + "/ctr/" + name + "/memory.events";
  return counter(base::read_file(file).value_or(""), "oom_kill") > 0;
}

}  // namespace podrun
