#include "runtime/sandbox/start_pod.h"

#include <unistd.h>

#include "runtime/sandbox/attempts.h"
#include "runtime/sandbox/layer.h"
#include "runtime/sandbox/networks_of.h"
#include "runtime/sandbox/stands.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/sandbox/take_down.h"

namespace podrun {
namespace {

Result<void> check_that_it_may_start(const PodRecord& pod) {
  const std::string& name = pod.plan.who.name;
  if (!can_start_again(pod.plan))
    return Error{Kind::unsupported, 0,
                 "it is of an older podrun and cannot be started again (delete it, and create it anew)"};
  switch (pod.life.state) {
    case PodState::stopped:
      return {};
    case PodState::stopping:
      if (pod.life.deadline != 0 && !is_overdue(pod))
        return Error{Kind::busy, 0, "it is being stopped (start it once it is)"};
      [[fallthrough]];
    case PodState::starting:
      return Error{Kind::busy, 0, "its last stop or start died (`podrun stop " + name + "` goes on from there)"};
    case PodState::ready:
    case PodState::creating:
    case PodState::deleting:
      break;
  }
  return Error{Kind::exists, EEXIST, "it is not stopped"};
}

struct Successor {
  ContainerPlan before;
  NewContainer next;
};

Result<std::vector<Successor>> successors(const Host& host, const Box& box, const PodRecord& pod) {
  std::vector<Successor> found;
  for (const ContainerRecord& container : TRY(host.store.load_whole(box.id())).containers) {
    if (container.plan.role == ContainerRole::ephemeral) continue;  // it runs once
    const auto attempts = TRY(attempts_of(box, container.plan.name));
    const ContainerRecord& last = attempts.back();
    ContainerPlan next = TRY(plan_next(host, box, pod, attempts));
    const ImageLayers layers{next.layers, nullptr};
    found.push_back({last.plan, {std::move(next), layers, last.life.created_at, 0}});
  }
  return found;
}

}  // namespace

Result<StoodUp> start_pod(Host& host, const std::string& id, const FirstClient& client) {
  const auto box = TRY(take_box(host.store, id));
  if (!box) return Error{Kind::not_found, ENOENT, "the pod is gone"};
  StoodUp made;
  PodRecord& pod = made.pod.record;
  pod = TRY(box->load());
  TRY(check_that_it_may_be_active(pod));
  TRY(check_that_it_may_start(pod));
  NewPod again = TRY(decide_again(host, pod.plan));
  for (Successor& successor : TRY(successors(host, *box, pod))) {
    TRY(take_over_layer(successor.before, successor.next.plan));
    again.containers.push_back(std::move(successor.next));
  }
  pod.life.state = PodState::starting;
  pod.life.boot_id = boot_id();
  pod.life.plugin_sessions = {static_cast<std::uint32_t>(::getsid(0))};
  TRY(box->save(pod).in("record the start"));
  auto built = stand_up(host, *box, again, client, made);
  if (built) return made;
  Error failure = std::move(built).error();
  if (auto undone = take_down(host, *box, pod, {.until = Landing::stopped}); !undone)
    host.warn("could not undo all of it: " + undone.error().what + " (`podrun stop " + pod.plan.who.name +
              "` goes on from there)");
  return failure;
}

}  // namespace podrun
