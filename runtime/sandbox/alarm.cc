#include "runtime/sandbox/alarm.h"

#include <algorithm>

#include "runtime/kernel/clock.h"
#include "runtime/kernel/program.h"
#include "runtime/model/probe_memory.h"
#include "runtime/sandbox/shim.h"
#include "runtime/tend/disk.h"

namespace podrun {
namespace {

Result<std::vector<std::string>> words_of_tend(const Host& host, const std::string& id) {
  std::vector<std::string> words{TRY(own_path())};
  const std::vector<std::string> flags = flags_of(host.options);
  words.insert(words.end(), flags.begin(), flags.end());
  words.insert(words.end(), {"system", "tend", id});
  return words;
}

bool has_disk_limit(const NewPod& pod) {
  std::vector<const ContainerPlan*> plans;
  for (const NewContainer& container : pod.containers) plans.push_back(&container.plan);
  return tend::has_disk_limit(pod.plan, plans);
}

}  // namespace

bool is_to_be_tended(const NewPod& pod) {
  const auto is_to_be_made_again = [&](const NewContainer& container) {
    const OwnRestart& own = container.plan.restart;
    return own.policy.value_or(pod.plan.restart) != RestartPolicy::never || !own.rules.empty();
  };
  return pod.plan.removed_at_end || pod.plan.active_deadline || is_anybody_asked(pod) || has_disk_limit(pod) ||
         std::any_of(pod.containers.begin(), pod.containers.end(), [&](const NewContainer& container) {
           return container.plan.role != ContainerRole::main || is_to_be_made_again(container);
         });
}

bool is_anybody_asked(const NewPod& pod) {
  return std::any_of(pod.containers.begin(), pod.containers.end(),
                     [](const NewContainer& container) { return is_asked(container.plan); });
}

std::int64_t first_alarm(const NewPod& decided, const PodRecord& pod) {
  const std::int64_t until = active_until(pod);
  const std::int64_t deadline = until == 0 ? 0 : boot_time() + std::max<std::int64_t>(until - wall_time(), 1);
  if (!has_disk_limit(decided)) return deadline;
  const std::int64_t measured = boot_time() + tend::kMeasuredEvery;
  return deadline == 0 ? measured : std::min(deadline, measured);
}

Result<void> ask_for_alarm(const Host& host, const PodPlan& pod, const Cgroup& cgroup, ShimClient& shim,
                           std::int64_t when) {
  const Fd program = TRY(open_self(pod.namespaces.host_users));
  return shim.ask_for_alarm(when, TRY(words_of_tend(host, pod.who.id)), program, TRY(cgroup.keep_entry()));
}

Result<void> set_alarm(const Host& host, const PodPlan& pod, const Cgroup& cgroup, ShimClient& shim,
                       std::int64_t when) {
  TRY(ask_for_alarm(host, pod, cgroup, shim, when));
  return shim.expect_alarm();
}

Result<void> wake_at_once(const Host& host, const PodRecord& pod, ShimClient& shim) {
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
  return set_alarm(host, pod.plan, cgroup, shim, boot_time());
}

}  // namespace podrun
