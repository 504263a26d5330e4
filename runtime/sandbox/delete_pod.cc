// The lock is held for steps and never for a grace period: a delete that gives containers time is overtaken by one that
// gives them less.
#include "runtime/sandbox/delete_pod.h"

#include "runtime/sandbox/end_grace.h"
#include "runtime/sandbox/orphaned_end.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/sandbox/take_down.h"

namespace podrun {
namespace {

// No record is the last moment of a delete that was stopped; an unreadable one is somebody else's doing.
Result<PodRecord> remains_to_delete(const Host& host, const Box& box, bool force) {
  auto loaded = box.load();
  if (!loaded && loaded.error().kind != Kind::not_found && !force)
    return std::move(loaded).error().in(
        "read the pod's record (`podrun delete --force` and `podrun recover` need none)");
  return loaded ? std::move(loaded) : Result<PodRecord>(remains_of(host, box));
}

// Of a pod that was waited for another delete may have taken all.
Result<void> remove_now(const Host& host, const std::string& id, bool force, bool was_waited_for) {
  auto taken = force ? take_box_by_force(host.store, id) : take_box(host.store, id);
  if (!taken && taken.error().kind == Kind::not_found && was_waited_for) return {};
  const std::optional<Box> box = TRY(std::move(taken));
  if (!box) return {};
  return take_down(host, *box, TRY(remains_to_delete(host, *box, force)), {.force = force});
}

Result<Endings> ask_containers(const Host& host, const std::string& id, const DeleteOptions& options) {
  std::optional<Box> box = TRY(take_box(host.store, id));
  if (!box) return Endings();
  PodRecord pod = TRY(remains_to_delete(host, *box, false));
  const bool is_up = pod.life.state == PodState::ready || pod.life.state == PodState::stopping;
  const bool at_once = !options.grace_period && pod.plan.grace_period == 0;
  Endings running = at_once || !is_up ? Endings() : TRY(running_containers(pod, *box));
  if (running.empty()) return running;
  pod.life.state = PodState::ready;  // a stop that is under way has nothing left to do
  AskedShim asked = ask_to_end(host, pod, *box, running, options.grace_period);
  box.reset();  // a shim may be slow to answer
  watch_over_end(host, pod, std::move(asked));
  return running;
}

}  // namespace

Result<PodEnd> begin_delete(const Host& host, const std::string& id, const DeleteOptions& options) {
  const bool at_once = options.force || options.grace_period == std::chrono::seconds(0);
  Endings running = at_once ? Endings() : TRY(ask_containers(host, id, options));
  const bool waits = !running.empty();
  return PodEnd(std::move(running), [&host, id, force = options.force, waits] {
    return remove_now(host, id, force, waits);
  });
}

Result<void> delete_pod(const Host& host, const std::string& id, const DeleteOptions& options) {
  return end_pod(begin_delete(host, id, options));
}

}  // namespace podrun
