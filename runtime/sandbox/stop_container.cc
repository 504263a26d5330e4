#include "runtime/sandbox/stop_container.h"

#include <thread>

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/clock.h"
#include "runtime/sandbox/attempts.h"
#include "runtime/sandbox/ending.h"
#include "runtime/sandbox/patience.h"
#include "runtime/sandbox/take_box.h"

namespace podrun {
// Also by who has been interrupted: what ends next may be the shim.
bool await_exit(const Host& host, const PodRecord& pod, const ContainerPlan& container) {
  const std::string exit_file = host.layout().exit_file(pod.plan.who.id, container.key());
  for (int milliseconds = 1; milliseconds < 1000; milliseconds *= 2) {
    if (base::path_exists(exit_file)) return true;
    if (!is_alive(pod.life.shim)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  }
  return base::path_exists(exit_file);
}

Result<ContainerRecord> hold_container(const Host& host, const std::string& id, const std::string& name, bool held) {
  const auto box = TRY(take_box(host.store, id));
  if (!box) return Error{Kind::not_found, ENOENT, "the pod is gone"};
  ContainerRecord last = TRY(attempts_of(*box, name)).back();
  last.life.held = held;
  TRY(box->save(last));
  return last;
}

Result<void> signal_container(const ContainerRecord& container, int signal) {
  const auto process = open_process(container.life.process);
  if (process && send_signal(process->get(), signal)) return {};
  return Error{Kind::not_found, ESRCH, "container '" + container.plan.name + "' is not running"};
}

Result<void> kill_container(const Host& host, const PodRecord& pod, const ContainerRecord& container) {
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
  TRY(cgroup.kill_container(container.plan.cgroup, kKillPatience));
  await_exit(host, pod, container.plan);
  return {};
}

PodEnd begin_container_stop(const Host& host, const PodRecord& pod, const ContainerRecord& container,
                            std::optional<std::chrono::seconds> grace_period, PodEnd::Finish then) {
  const auto grace = grace_period.value_or(std::chrono::seconds(pod.plan.grace_period));
  Endings running;
  if (grace.count() > 0)
    if (auto ending = Ending::of(pod, container)) running.push_back(std::move(ending));
  for (const auto& ending : running) ending->ask(host, boot_time() + std::chrono::nanoseconds(grace).count());
  const auto finish = [&host, pod, container, then = std::move(then)]() -> Result<void> {
    if (!container.life.process.empty()) TRY(kill_container(host, pod, container));
    return then();
  };
  return {std::move(running), finish, "container '" + container.plan.name + "', which has been asked to end"};
}

}  // namespace podrun
