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
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/host_ports.h"
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

// What the plan cannot know: whether the host has room for what it decided.
Result<void> check_host(const Host& host, const NewPod& pod) {
  const std::string& pin = pod.plan.netns_path;
  if (!pin.empty() && base::path_exists(pin))
    return Error{
        Kind::exists, EEXIST,
        "name the network namespace: '" + pin + "' exists already and is not podrun's (remove it: `ip netns delete`)"};
  for (const NetworkPlan& network : pod.networks) TRY(check_network(network, host.options.cni_bin_dirs, host.warn));
  return pod.networks.empty() ? Result<void>() : check_ports_of_host(pod.plan.host_ports);
}

Result<NewPod> decide(const Host& host, const PodSpec& spec, const CreateOptions& options) {
  TRY(check_name(host.store, spec));
  NewPod pod = TRY(make_plan(spec, TRY(find_facts(host, spec, options.networks)), host.layout()));
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

Result<Pod> create_pod(Host& host, const PodSpec& spec, const CreateOptions& options) {
  TRY(settle_after_boot(host));
  TRY(settle_name(host, spec.name_space, spec.name));
  const NewPod decided = TRY(decide(host, spec, options));
  const Box box = TRY(host.store.create(decided.plan.who.id));
  Pod pod;
  pod.record.plan = decided.plan;
  pod.record.life.boot_id = boot_id();
  pod.record.life.created_at = wall_time();
  auto built = stand_up(host, box, decided, pod);
  if (built) {
    warn_of_oom_once(host);
    warn_of_limits(host);
    return pod;
  }

  // One way down: what a failed create leaves is taken away by the same steps as any pod. It asks for no interruption:
  // one is the reason to be here, perhaps.
  Error failure = std::move(built).error();
  if (auto undone = take_down(host, box, pod.record); !undone)
    host.warn("could not undo all of it: " + undone.error().what + " (`podrun delete " + spec.name +
              "` goes on from there)");
  else if (base::is_interruption(failure))
    failure.what += "; nothing is left of it";
  return failure;
}

}  // namespace podrun
