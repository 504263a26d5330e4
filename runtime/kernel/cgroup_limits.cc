// A container's cgroup, its limits, and what they have done to it.
#include <algorithm>
#include <charconv>

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/cgroup_controllers.h"
#include "runtime/kernel/cgroup_devices.h"
#include "runtime/kernel/cgroup_dir.h"
#include "runtime/kernel/cgroup_files.h"

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

Result<void> write_cpu_weight(const std::string& dir, std::uint64_t millis) {
  return base::write_in_place(dir + "/cpu.weight", std::to_string(weight(millis)));
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
  return limit_pids(dir, limits);
}

// Low and not min: nobody has checked that the requests of all pods fit into the machine.
Result<void> keep_memory(const std::string& dir, const std::optional<std::uint64_t>& bytes) {
  const std::string file = dir + "/memory.low";
  return bytes && base::path_exists(file) ? base::write_in_place(file, std::to_string(*bytes)) : Result<void>();
}

// With swap it is never less than without: raised first, lowered last.
Result<void> limit_memory_v1(const std::string& dir, std::uint64_t bytes) {
  const std::string limit = dir + "/memory.limit_in_bytes";
  const std::string with_swap = dir + "/memory.memsw.limit_in_bytes";
  const std::string text = std::to_string(bytes);
  const bool counts_swap = base::path_exists(with_swap);
  const bool is_raised = counts_swap && number_in(with_swap) < bytes;
  if (is_raised) TRY(base::write_in_place(with_swap, text));
  TRY(base::write_in_place(limit, text));
  return counts_swap && !is_raised ? base::write_in_place(with_swap, text) : Result<void>();
}

Result<void> limit_v1(const CgroupHost::Hierarchy& hierarchy, const std::string& dir, const CgroupLimits& limits) {
  if (hierarchy.has("memory") && limits.memory_bytes) TRY(limit_memory_v1(dir, *limits.memory_bytes));
  if (hierarchy.has("cpu") && limits.cpu_millis) {
    TRY(base::write_in_place(dir + "/cpu.cfs_period_us", std::to_string(kPeriod)));
    TRY(base::write_in_place(dir + "/cpu.cfs_quota_us", std::to_string(quota(*limits.cpu_millis))));
  }
  if (hierarchy.has("cpu") && limits.cpu_weight)
    TRY(base::write_in_place(dir + "/cpu.shares", std::to_string(shares(*limits.cpu_weight))));
  return hierarchy.has("pids") ? limit_pids(dir, limits) : Result<void>();
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

// A cgroup's protection is no more than its parent's (cgroup-v2.rst, memory.low), so the levels above have it as well.
Result<void> Cgroup::change(const CgroupLimits& limits) const {
  if (host_.mode == CgroupHost::Mode::v2) {
    const std::string pod = host_.unified + path_;
    const std::string containers = directory("memory");
    TRY(limit_v2(containers, limits));
    for (const std::string& dir : {pod, containers}) TRY(keep_memory(dir, limits.memory_kept));
    return limits.cpu_weight ? write_cpu_weight(pod, *limits.cpu_weight) : Result<void>();
  }
  TRY(check_controllers(host_, limits));  // a v1 hierarchy that is not there can say nothing
  for (const auto& hierarchy : host_.v1) TRY(limit_v1(hierarchy, hierarchy.mount + path_, limits));
  return {};
}

Result<void> Cgroup::change_container(const std::string& name, const CgroupLimits& limits) const {
  if (host_.mode == CgroupHost::Mode::v2) {
    const std::string dir = directory("memory", name);
    TRY(limit_v2(dir, limits));
    if (limits.cpu_weight) TRY(write_cpu_weight(dir, *limits.cpu_weight));
    TRY(keep_memory(dir, limits.memory_kept));
    return give_cgroup_files(*this, name, limits);
  }
  TRY(check_controllers(host_, limits));
  for (const auto& hierarchy : host_.v1) TRY(limit_v1(hierarchy, dir_in(hierarchy, path_, name), limits));
  return give_cgroup_files(*this, name, limits);
}

Result<void> Cgroup::create_container(const std::string& name, const CgroupLimits& limits, DeviceAccess devices,
                                      const std::vector<devices::Rule>& more) const {
  TRY(check_controllers(host_, limits));
  if (!host_.unified.empty()) TRY(make_cgroup(host_.unified + path_ + "/ctr/" + name));
  // With parents: a pod of an earlier podrun has none in a hierarchy that was not used then.
  for (const auto& hierarchy : host_.v1) TRY(make_cgroup_with_parents(dir_in(hierarchy, path_, name)));
  TRY(change_container(name, limits));
  return devices == DeviceAccess::common ? limit_devices(host_, path_ + "/ctr-" + name, path_ + "/ctr/" + name, more)
                                         : Result<void>();
}

bool Cgroup::has_run_out_of_memory(const std::string& name) const {
  // cgroup-v1/memory.rst and cgroup-v2.rst; v1 has counted since Linux 4.13.
  const CgroupHost::Hierarchy* const v1 = host_.with("memory");
  const std::string file = v1 != nullptr ? dir_in(*v1, path_, name) + "/memory.oom_control"
                                         : host_.unified + path_ + "/ctr/" + name + "/memory.events";
  return counter(base::read_file(file).value_or(""), "oom_kill") > 0;
}

}  // namespace podrun
