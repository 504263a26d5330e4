#include "runtime/cri/container_limits.h"

#include <algorithm>

#include "runtime/cri/invalid.h"
#include "runtime/kernel/cgroup_controllers.h"
#include "runtime/kernel/cgroup_files.h"

namespace podrun::cri {
namespace {

constexpr std::int64_t kUsualPeriod = 100'000;  // microseconds

// "0-3,7"; the kernel says which of them there are.
Result<void> check_list(const std::string& field, const std::string& list) {
  if (list.find_first_not_of("0123456789,-") == std::string::npos) return {};
  return invalid("resources." + field, "'" + list + "' is no list of numbers");
}

// A kubelet says 0 of every size that the machine has, whatever its controllers: that is not said.
std::string file_of(const api::HugepageLimit& limit) { return "hugetlb." + limit.page_size() + ".max"; }

Result<void> check(const api::LinuxContainerResources& resources) {
  TRY(check_list("cpuset_cpus", resources.cpuset_cpus()));
  TRY(check_list("cpuset_mems", resources.cpuset_mems()));
  for (const api::HugepageLimit& limit : resources.hugepage_limits())
    if (limit.limit() != 0 && !is_controller_file(file_of(limit)))
      return invalid("resources.hugepage_limits", "'" + limit.page_size() + "' is no size of a page");
  for (const auto& [file, value] : resources.unified())
    if (!is_controller_file(file)) return invalid("resources.unified", "'" + file + "' is no file of a controller");
  const std::int64_t memory = resources.memory_limit_in_bytes();
  const std::int64_t with_swap = resources.memory_swap_limit_in_bytes();
  if (memory < 0 || resources.cpu_shares() < 0) return Error{Kind::invalid, 0, "resources: less than nothing"};
  // There is no swap under a limit here, which is what the kubelet asks for without its NodeSwap.
  if (with_swap > 0 && memory > 0 && with_swap < memory)
    return Error{Kind::invalid, 0, "resources.memory_swap_limit_in_bytes: less than memory_limit_in_bytes"};
  return {};
}

}  // namespace

Result<void> give_limits(const api::LinuxContainerResources& resources, const CgroupHost& host, ContainerPlan& plan) {
  TRY(check(resources));
  CgroupLimits limits = plan.limits;
  const auto positive = [](std::int64_t number) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
  };
  limits.pids_unless_said = 0;  // how many is the kubelet's to say, in the cgroup above
  if (resources.memory_limit_in_bytes() > 0) limits.memory_bytes = positive(resources.memory_limit_in_bytes());
  if (resources.cpu_quota() > 0) {
    const std::int64_t period = resources.cpu_period() > 0 ? resources.cpu_period() : kUsualPeriod;
    limits.cpu_millis = std::max<std::uint64_t>(1, positive(resources.cpu_quota()) * 1000 / positive(period));
  }
  // Shares are a request in 1024ths of a processor, rounded up so that they come out again.
  if (resources.cpu_shares() > 0) limits.cpu_weight = (positive(resources.cpu_shares()) * 1000 + 1023) / 1024;
  if (!resources.cpuset_cpus().empty()) limits.files["cpuset.cpus"] = resources.cpuset_cpus();
  if (!resources.cpuset_mems().empty()) limits.files["cpuset.mems"] = resources.cpuset_mems();
  for (const api::HugepageLimit& limit : resources.hugepage_limits())
    if (limit.limit() != 0) limits.files[file_of(limit)] = std::to_string(limit.limit());
  for (const auto& [file, value] : resources.unified()) limits.unified_files[file] = value;
  TRY(check_controllers(host, limits));
  plan.limits = std::move(limits);
  plan.oom_score_adj = static_cast<int>(std::clamp<std::int64_t>(resources.oom_score_adj(), -1000, 1000));
  return {};
}

}  // namespace podrun::cri
