#include "runtime/cri/containers.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "runtime/cri/cli_pods.h"
#include "runtime/cri/container_limits.h"
#include "runtime/cri/encoding.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/process.h"

namespace podrun::cri {
namespace {

constexpr std::chrono::seconds kKillPatience{10};
constexpr std::chrono::seconds kExitPatience{5};  // of the shim, between a death and its word of it
constexpr std::chrono::milliseconds kExitTick{5};

// The same without an error where it is gone.
Result<std::optional<SeenContainer>> find_if_there(const Backend& backend, const std::string& id) {
  auto found = backend.view.container(id);
  if (found) return std::optional(std::move(*found));
  if (found.error().kind == Kind::not_found) return std::optional<SeenContainer>();
  return std::move(found).error();
}

Result<void> await_exit(const Backend& backend, const std::string& id) {
  const auto deadline = std::chrono::steady_clock::now() + kExitPatience;
  for (;;) {
    const auto seen = TRY(find_if_there(backend, id));
    if (!seen || seen->state != api::CONTAINER_RUNNING) return {};
    if (std::chrono::steady_clock::now() > deadline)
      return Error{Kind::timeout, ETIMEDOUT, "container '" + id + "' was killed, and nobody says how it ended"};
    std::this_thread::sleep_for(kExitTick);
  }
}

// In milliseconds, as long as poll(2) can wait.
std::chrono::milliseconds grace(std::int64_t seconds) {
  constexpr std::int64_t kLongest = 24LL * 24 * 3600;
  return std::chrono::seconds(std::min(seconds, kLongest));
}

Result<Cgroup> cgroup_of(const PodRecord& pod) { return Cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path); }

}  // namespace

Result<void> start_container(const Backend& backend, const std::string& id) {
  const SeenContainer container = TRY(backend.view.container(id));
  TRY(check_of_cri(container.pod()));
  if (container.state != api::CONTAINER_CREATED)
    return Error{Kind::busy, 0, "container '" + container.id() + "' has been started already"};
  TRY(backend.workers.run(act_on("start", container)));
  return {};
}

// What another call with less patience does is seen here, and nothing is undone where a client has gone.
Result<void> stop_container(const Backend& backend, const std::string& id, std::int64_t timeout) {
  const auto container = TRY(find_if_there(backend, id));
  if (!container || container->state != api::CONTAINER_RUNNING) return {};
  TRY(check_of_cri(container->pod()));
  const auto process = open_process(container->record().life.process);
  if (process && timeout > 0 && send_signal(process->get(), container->record().plan.stop_signal))
    TRY(wait_for_exit(process->get(), grace(timeout)));
  TRY(TRY(cgroup_of(container->pod())).kill_container(container->record().plan.cgroup, kKillPatience));
  return await_exit(backend, container->id());
}

Result<void> remove_container(const Backend& backend, const std::string& id) {
  const auto container = TRY(find_if_there(backend, id));
  if (!container) return {};
  TRY(check_of_cri(container->pod()));
  TRY(backend.workers.run(act_on("remove", *container)));
  return {};
}

Result<void> update_container(const Backend& backend, const api::UpdateContainerResourcesRequest& request) {
  const SeenContainer seen = TRY(backend.view.container(request.container_id()));
  TRY(check_of_cri(seen.pod()));
  const Box box = TRY(backend.view.store().lock_unnamed(seen.pod().plan.who.id, kLockPatience));
  const SeenContainer container = TRY(backend.view.container(seen.id()));  // as it is now that nobody else changes it
  if (container.state != api::CONTAINER_CREATED && container.state != api::CONTAINER_RUNNING)
    return Error{Kind::busy, 0, "container '" + container.id() + "' has ended"};
  ContainerRecord record = container.record();
  ContainerPlan& plan = record.plan;
  const CgroupLimits before = plan.limits;
  api::ContainerConfig config = container.config();
  auto* resources = config.mutable_linux()->mutable_resources();
  TRY(give_limits(request.linux(), TRY(CgroupHost::discover()), plan));
  if (request.linux().hugepage_limits_size() != 0) resources->clear_hugepage_limits();  // a list would only grow
  resources->MergeFrom(request.linux());  // what is 0 or empty stays as it is
  plan.oom_score_adj = static_cast<int>(resources->oom_score_adj());
  plan.cri = to_base64(config.SerializeAsString());
  if (container.state == api::CONTAINER_RUNNING) {
    const Cgroup cgroup = TRY(cgroup_of(container.pod()));
    auto changed = cgroup.change_container(plan.cgroup, plan.limits);
    if (!changed) {
      (void)cgroup.change_container(plan.cgroup, before);  // all or nothing
      return changed;
    }
  }
  return box.save(record);
}

Result<void> reopen_log(const Backend& backend, const std::string& id) {
  const SeenContainer container = TRY(backend.view.container(id));
  TRY(check_of_cri(container.pod()));
  if (container.state != api::CONTAINER_RUNNING)
    return Error{Kind::busy, 0, "container '" + container.id() + "' is not running"};
  TRY(backend.workers.run(act_on("reopen-log", container)));
  return {};
}

}  // namespace podrun::cri
