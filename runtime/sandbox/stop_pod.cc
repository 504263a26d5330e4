#include "runtime/sandbox/stop_pod.h"

#include "runtime/sandbox/end_grace.h"
#include "runtime/sandbox/orphaned_end.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/sandbox/take_down.h"

namespace podrun {
namespace {

Error is_gone() { return {Kind::not_found, ENOENT, "the pod is gone"}; }

Result<Box> take_box_of(const Host& host, const std::string& id) {
  auto box = TRY(take_box(host.store, id));
  if (!box) return is_gone();
  return std::move(*box);
}

// Kind::busy where another act has the pod.
Result<void> check_that_it_may_stop(const PodRecord& pod) {
  if (!can_start_again(pod.plan))
    return Error{Kind::unsupported, 0, "it is of an older podrun and could not be started again (delete it instead)"};
  switch (pod.life.state) {
    case PodState::ready:
      if (!pod.life.is_terminating()) return {};
      [[fallthrough]];
    case PodState::deleting:
      return Error{Kind::busy, 0, "the pod is being deleted"};
    case PodState::creating:
      return Error{Kind::busy, 0, "its create died (`podrun delete` removes what is left)"};
    case PodState::stopping:
    case PodState::starting:
    case PodState::stopped:
      return {};
  }
  return {};
}

Result<void> stop_now(const Host& host, const std::string& id, Landing until, bool was_waited_for) {
  auto taken = take_box_of(host, id);
  // By another stop.
  if (!taken && taken.error().kind == Kind::not_found && was_waited_for && until == Landing::gone) return {};
  const Box box = TRY(std::move(taken));
  PodRecord pod = TRY(box.load());
  if (pod.life.state == PodState::stopped) return {};
  TRY(check_that_it_may_stop(pod));
  return take_down(host, box, std::move(pod), {.until = until});
}

}  // namespace

// The lock is held for steps and never for a grace period, as in delete_pod().
Result<PodEnd> begin_stop(const Host& host, const std::string& id,
                          std::optional<std::chrono::seconds> grace_period) {
  std::optional<Box> box = TRY(take_box_of(host, id));
  PodRecord pod = TRY(box->load());
  TRY(check_that_it_may_stop(pod));
  const bool at_once = grace_period.value_or(std::chrono::seconds(pod.plan.grace_period)).count() == 0;
  const bool is_up = pod.life.state != PodState::stopped;
  Endings running = at_once || !is_up ? Endings() : TRY(running_containers(pod, *box));
  const bool waits = !running.empty();
  if (waits) {
    pod.life.state = PodState::stopping;
    AskedShim asked = ask_to_end(host, pod, *box, running, grace_period);
    box.reset();
    watch_over_end(host, pod, std::move(asked));
  }
  return PodEnd(std::move(running), [&host, id, until = landing_of_stop(pod.plan), waits] {
    return stop_now(host, id, until, waits);
  });
}

}  // namespace podrun
