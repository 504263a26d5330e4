#include "runtime/sandbox/start_container.h"

#include "base/files.h"
#include "runtime/sandbox/alarm.h"
#include "runtime/sandbox/attempts.h"
#include "runtime/sandbox/layer.h"
#include "runtime/sandbox/stands.h"
#include "runtime/sandbox/start_attempt.h"
#include "runtime/sandbox/stop_container.h"
#include "runtime/sandbox/take_box.h"

namespace podrun {
namespace {

// Whether init containers that come before it have yet to succeed. Of a container that has not begun.
Result<bool> waits_for_others(const Host& host, const PodRecord& pod, const ContainerPlan& container) {
  for (const ContainerRecord& other : TRY(host.store.whole(pod)).containers) {
    if (other.plan.role != ContainerRole::init || other.plan.position >= container.position) continue;
    const auto exit = status_of(host.layout(), pod, other).exit;
    if (!exit || exit->code != 0) return true;
  }
  return false;
}

// Whether it is time for it. `wanted`: the attempt that whoever looks after the pod has decided on; empty: a person
// has.
Result<void> check_its_turn(const Host& host, const Box& box, const PodRecord& pod, const ContainerRecord& last,
                            const std::optional<std::uint32_t>& wanted) {
  const std::string container = "container '" + last.plan.name + "'";
  const bool begins = !is_used(host, box.id(), last);
  if (!begins && last.plan.role == ContainerRole::ephemeral)
    return Error{Kind::invalid, 0, container + " is an ephemeral one, which runs once (`podrun debug` adds another)"};
  if (wanted && (*wanted != last.plan.attempt + (begins ? 0 : 1) || last.life.held))
    return Error{Kind::busy, 0, container + " has been started or stopped meanwhile"};
  const bool waits_for_nobody = wanted || !begins || last.plan.role == ContainerRole::ephemeral;
  if (waits_for_nobody || !TRY(waits_for_others(host, pod, last.plan))) return {};
  ContainerRecord free = last;
  free.life.held = false;
  TRY(box.save(free));
  return Error{Kind::busy, 0, container + " starts by itself once its init containers have ended"};
}

Result<ContainerRecord> start_next(const Host& host, const Box& box, const PodRecord& pod, const std::string& name,
                                   const StartOptions& options) {
  const std::vector<ContainerRecord> attempts = TRY(attempts_of(box, name));
  const ContainerRecord& last = attempts.back();
  TRY(check_its_turn(host, box, pod, last, options.attempt));
  // First: where the shim cannot be asked nothing has been tried.
  ShimClient shim(pod.life.shim, TRY(connect_shim(host.layout(), pod.plan)));
  const ContainerPlan plan = TRY(plan_next(host, box, pod, attempts));
  // Of one that has not begun yet the layer is its own, from before a stop of the pod.
  const bool is_another = plan.attempt != last.plan.attempt;
  if (is_another && options.keeps_layer) TRY(take_over_layer(last.plan, plan));
  if (is_another && !options.keeps_layer) TRY(base::remove_tree(last.plan.writable));
  const NewContainer next{
      .plan = plan, .layers = {plan.layers, nullptr}, .created_at = last.life.created_at, .back_off = options.back_off};
  // Who is woken waits for the lock. By whoever looks after the pod itself it is asked in any case.
  if (!options.attempt && is_asked(plan)) TRY(wake_at_once(host, pod, shim));
  const NewAttempt attempt{host, box, pod, next, shim};
  std::optional<Prepared> prepared;
  const auto started = start_attempt(attempt, {}, prepared);
  if (started) return std::move(prepared->record);
  // Who had the shim launch it was killed before it was on record. It ends by itself, and then it is used.
  if (started.error().kind == Kind::exists && await_exit(host, pod, plan))
    return start_next(host, box, pod, name, options);
  give_up(attempt, std::move(prepared), started.error().what);
  return started.error();
}

}  // namespace

Result<void> check_that_it_stands(const PodRecord& pod) {
  const std::string name = "pod '" + pod.plan.who.name + "'";
  if (!can_start_again(pod.plan))
    return Error{
        Kind::unsupported, 0,
        name + " is of an older podrun, whose containers cannot be started again (delete it, and create it anew)"};
  if (pod.life.state == PodState::stopped)
    return Error{Kind::busy, 0, name + " is stopped (start it: `podrun start " + pod.plan.who.name + "`)"};
  if (!stands(pod) || pod.life.is_terminating()) return Error{Kind::busy, 0, name + " does not run"};
  return check_that_it_may_be_active(pod);
}

Result<ContainerRecord> start_container(const Host& host, const std::string& id, const std::string& name,
                                        const StartOptions& options) {
  const auto box = TRY(take_box(host.store, id));
  if (!box) return Error{Kind::not_found, 0, "the pod is gone"};
  const PodRecord pod = TRY(box->load());
  TRY(check_that_it_stands(pod));
  if (status_of(host.layout(), pod, TRY(attempts_of(*box, name)).back()).running)
    return Error{Kind::exists, EEXIST, "container '" + name + "' is running"};
  return start_next(host, *box, pod, name, options);
}

}  // namespace podrun
