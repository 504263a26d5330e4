#include "runtime/sandbox/create_pod.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <unistd.h>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/kernel/capabilities.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/clock.h"
#include "runtime/plan/pod.h"
#include "runtime/sandbox/check_host.h"
#include "runtime/sandbox/check_programs.h"
#include "runtime/sandbox/host_ports.h"
#include "runtime/sandbox/images.h"
#include "runtime/sandbox/pod_facts.h"
#include "runtime/sandbox/settle.h"
#include "runtime/sandbox/stand_up.h"
#include "runtime/sandbox/take_down.h"

namespace podrun {
namespace {

Result<void> check_name(const Store& store, const PodSpec& spec) {
  if (!store.find(spec.name_space, spec.name)) return {};
  return Error{Kind::exists, 0,
               "pod '" + spec.name + "' exists already in namespace '" + spec.name_space +
                   "' (delete it first: `podrun delete " + spec.name + "`)"};
}

// From the record on a crash leaves what recover() can find.
Result<void> record(const Host& host, const Box& box, PodRecord& pod) {
  const Identity& who = pod.plan.who;
  pod.life.boot_id = boot_id();
  pod.life.created_at = wall_time();
  pod.life.plugin_sessions = {static_cast<std::uint32_t>(::getsid(0))};
  TRY(box.save(pod).in("record the pod"));
  const auto [name_space, name] = who.reserved();
  TRY(host.store.reserve_name(name_space, name, who.id));
  TRY(check_ports_of_pods(host.store, who.id, pod.plan.host_ports));
  if (pod.plan.ids)
    pod.life.id_base = pod.plan.ids->base;
  else if (!pod.plan.namespaces.host_users)
    pod.life.id_base = TRY(host.store.reserve_ids(who.id).in("reserve user ids"));
  return base::check_interruption();
}

Result<NewPod> decide_pod(const Host& host, const PodSpec& spec, const CreateOptions& options) {
  NewPod pod = TRY(make_plan(spec, TRY(find_facts(host, spec, options.networks, options.registry)), host.layout()));
  TRY(check_host(host, pod));
  return pod;
}

// Once a boot: the state directory, which remembers, goes with it.
void warn_of_oom_once(const Host& host) {
  const auto permitted = capabilities::permitted();
  if (permitted && (*permitted >> CAP_SYS_RESOURCE & 1U) != 0) return;
  const Fd marker(::open(host.layout().told_of_oom().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (marker) host.warn("podrun lacks CAP_SYS_RESOURCE here: the OOM killer may choose a pod's pause like any process");
}

void warn_of_limits(const Host& host) {
  if (const std::string limits = limits_out_of_reach(); !limits.empty())
    host.warn("podrun lacks CAP_SYS_RESOURCE here: its caller's limits stay in the pod (" + limits + ")");
}

}  // namespace

Result<void> check_creation(const Host& host, const PodSpec& spec, const CreateOptions& options) {
  return check_programs(
      TRY(make_plan(spec, TRY(find_facts(host, spec, options.networks, options.registry)), host.layout())));
}

Result<StoodUp> build_pod(Host& host, const NewPod& decided, const FirstClient& client) {
  const Box box = TRY(host.store.create(decided.plan.who.id));
  StoodUp made;
  PodRecord& pod = made.pod.record;
  pod.plan = decided.plan;
  auto built = record(host, box, pod);
  if (built) built = stand_up(host, box, decided, client, made);
  if (built) {
    warn_of_oom_once(host);
    warn_of_limits(host);
    return made;
  }

  // One way down: what a failed create leaves is taken away by the same steps as any pod. It asks for no interruption:
  // one is the reason to be here, perhaps.
  Error failure = std::move(built).error();
  if (auto undone = take_down(host, box, pod); !undone)
    host.warn("could not undo all of it: " + undone.error().what + " (`podrun delete " + pod.plan.who.name +
              "` goes on from there)");
  else if (base::is_interruption(failure))
    failure.what += "; nothing is left of it";
  return failure;
}

Result<StoodUp> create_pod(Host& host, const PodSpec& spec, const CreateOptions& options) {
  TRY(settle_after_boot(host));
  TRY(settle_name(host, spec.name_space, spec.name));
  TRY(check_name(host.store, spec));
  // Until the containers are on record with their layers.
  const Fd images_held = TRY(image_store(host).hold());
  const NewPod decided = TRY(decide_pod(host, spec, options));
  return build_pod(host, decided, options.client);
}

}  // namespace podrun
