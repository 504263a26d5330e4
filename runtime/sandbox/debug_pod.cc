#include "runtime/sandbox/debug_pod.h"

#include "base/interruption.h"
#include "runtime/kernel/clock.h"
#include "runtime/sandbox/alarm.h"
#include "runtime/sandbox/images.h"
#include "runtime/sandbox/pod_facts.h"
#include "runtime/sandbox/start_attempt.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/take_box.h"

namespace podrun {
namespace {

// In a pod that has ended everything would be ended at once, by whoever looks after it.
Result<void> check_debuggable(const Host& host, const Pod& pod, const EphemeralSpec& spec) {
  TRY(check_that_it_stands(pod.record));
  TRY(check_ephemeral(spec, pod));
  if (!is_over(pod.record, look_at(host.layout(), pod.record, pod.containers), wall_time())) return {};
  const std::string& name = pod.record.plan.who.name;
  return Error{
      Kind::busy, 0,
      "pod '" + name + "' has ended (`podrun stop " + name + "` and `podrun start " + name + "` make it run again)"};
}

}  // namespace

Result<Debugger> debug_pod(const Host& host, const std::string& id, const EphemeralSpec& spec,
                           const DebugOptions& options) {
  TRY(check_debuggable(host, TRY(host.store.load_whole(id)), spec));
  const Fd image_held = TRY(image_store(host).hold());
  const MachineFacts machine = TRY(find_machine(host, false));
  const ContainerFacts facts = TRY(find_container(host, machine, spec.pod, spec.container(), options.registry));
  TRY(base::check_interruption());

  const auto box = TRY(take_box(host.store, id));
  if (!box) return Error{Kind::not_found, ENOENT, "the pod is gone"};
  Pod pod = TRY(host.store.load_whole(id));
  TRY(check_debuggable(host, pod, spec));  // it may have changed meanwhile
  NewContainer container{.plan = TRY(make_ephemeral_plan(spec, pod, facts, machine, host.layout())),
                         .layers = facts.image.layers,
                         .created_at = wall_time()};
  ShimClient shim(pod.record.life.shim, TRY(connect_shim(host.layout(), pod.record.plan)));
  // Before anything of it is there: then somebody goes on if we die. At the pod's end, too, it has to be ended.
  TRY(wake_at_once(host, pod.record, shim));
  const FirstClient client{.container = options.attaches ? container.plan.name : "",
                           .with_stdin = container.plan.stdio.has_stdin,
                           .size = options.size};
  const NewAttempt attempt{host, *box, pod.record, container, shim};
  std::optional<Prepared> prepared;
  auto attachment = start_attempt(attempt, client, prepared);
  if (attachment) return Debugger{std::move(pod.record), std::move(prepared->record), std::move(*attachment)};
  give_up(attempt, std::move(prepared), attachment.error().what);
  return std::move(attachment).error();
}

}  // namespace podrun
