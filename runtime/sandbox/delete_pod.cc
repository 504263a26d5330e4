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

}  // namespace

Result<void> delete_pod(const Host& host, const std::string& id, const DeleteOptions& options) {
  std::optional<Box> box = TRY(options.force ? take_box_by_force(host.store, id) : take_box(host.store, id));
  if (!box) return {};
  PodRecord pod = TRY(remains_to_delete(host, *box, options.force));
  const bool at_once = options.force || options.grace_period == std::chrono::seconds(0) ||
                       (!options.grace_period && pod.plan.grace_period == 0);
  const bool is_up = pod.life.state == PodState::ready || pod.life.state == PodState::stopping;
  const auto running = at_once || !is_up ? Endings() : TRY(running_containers(pod, *box));
  if (!running.empty()) {
    pod.life.state = PodState::ready;  // a stop that is under way has nothing left to do
    ask_to_end(host, pod, *box, running, options.grace_period);
    watch_over_end(host, pod);
    box.reset();
    if (auto waited = wait_for_ends(running); !waited)
      return std::move(waited).error().in("wait for its containers, which have been asked to end; the pod goes with them");
    auto again = take_box(host.store, id);
    if (!again && again.error().kind == Kind::not_found) return {};
    box = TRY(std::move(again));
    if (!box) return {};
    pod = TRY(remains_to_delete(host, *box, false));
  }
  return take_down(host, *box, std::move(pod), {.force = options.force});
}

}  // namespace podrun
