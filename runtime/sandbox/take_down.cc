#include "runtime/sandbox/take_down.h"

#include <unistd.h>

#include <algorithm>
#include <tuple>

#include "base/files.h"
#include "base/netns.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/patience.h"
#include "runtime/sandbox/stop_container.h"

namespace podrun {
namespace {

constexpr std::chrono::seconds kOrphanPatience{5};

// The namespace is on record before it is pinned.
bool was_to_be_pinned(const PodRecord& pod) {
  return !pod.plan.netns_path.empty() && pod.life.netns_identity.inode != 0;
}

// Somebody may have taken the pin away (`ip netns del`) from a namespace that lives on with its processes. While there
// are any it is pinned again: without it plugins find less, and bridge leaves its masquerading rules.
Result<void> pin_again(const Box& box, const PodRecord& pod) {
  const std::string& path = pod.plan.netns_path;
  const base::NetnsIdentity& ours = pod.life.netns_identity;
  if (!was_to_be_pinned(pod) || netns::is_pinned(path, ours)) return {};
  std::vector<ProcessId> holders{pod.life.pause};
  for (const ContainerRecord& container : box.load_containers().value_or({})) holders.push_back(container.life.process);
  for (const ProcessId& holder : holders) {
    if (holder.empty() || !is_alive(holder)) continue;
    const auto netns = open_namespace(holder.pid, "net");
    const auto identity = netns ? base::identify_netns(*netns, path) : netns.error();
    // It is what it is, whoever has the pid by now; and a container may have moved to another one.
    if (identity && ours.is(*identity)) return netns::pin_again(netns->get(), path);
  }
  return {};
}

void release_daemons(const Host& host, const Cgroup& cgroup, const PluginTraces& traces) {
  if (auto released = cgroup.release_daemons(traces); !released)
    host.warn(released.error().what + "; it ends with the pod whose plugins started it");
}

// The plugins run in the pod's cgroup, like those of an ADD: should we be killed, whoever goes on from here finds them.
Result<void> detach_networks(const Host& host, const Cgroup& cgroup, PodRecord& pod) {
  const std::string& id = pod.plan.who.id;
  if (!TRY(Network(host).is_attached(id))) return {};
  const Cgroup* const place = TRY(cgroup.renew_aux()) ? &cgroup : nullptr;
  auto detached = Network(host, {.cgroup = place, .messages = &pod.life.plugin_messages}).detach(id);
  release_daemons(host, cgroup, {{}, {::getsid(0)}});
  TRY(cgroup.kill(kKillPatience));  // what plugins left running
  return detached;
}

// The shim leads a session: what it has cloned and not yet moved is the pod's, and no daemon of a network.
PluginTraces traces_in(const PodLife& life) {
  PluginTraces traces{{life.shim.pid, life.pause.pid}, {life.plugin_sessions.begin(), life.plugin_sessions.end()}};
  if (!traces.sessions.empty() && !life.shim.empty()) traces.sessions.push_back(life.shim.pid);
  return traces;
}

void add_own_session(std::vector<std::uint32_t>& sessions) {
  const auto own = static_cast<std::uint32_t>(::getsid(0));
  if (std::find(sessions.begin(), sessions.end(), own) == sessions.end()) sessions.push_back(own);
}

// Nothing of the pod runs any more when its plugins are called: one that was orphaned in the middle of an ADD would go
// on with it after its DEL.
Result<void> end_processes(const Host& host, const Cgroup& cgroup, const PodLife& life, const PluginTraces& traces) {
  // A plugin whose podrun was killed goes on by itself, and had better come to its end: of a DEL that was cut short
  // bridge does not take up the rest (no interface is left to tell it whose masquerading chain that was). Before its
  // shim is on record a pod has no plugins.
  if (!life.shim.empty() && !traces.sessions.empty()) {
    cgroup.let_plugins_end(traces, kOrphanPatience);
    release_daemons(host, cgroup, traces);
  }
  return cgroup.kill(kKillPatience);
}

// A create writes down its boot before all else. A guess has none, also one that is on record since a take_down() that
// failed.
bool is_guess(const PodRecord& pod) { return pod.life.boot_id.empty(); }

// Whichever namespace is pinned under the name of a guess is taken for its own.
Result<void> unpin_network_namespace(const PodRecord& pod) {
  const bool is_ours = was_to_be_pinned(pod) || (is_guess(pod) && !pod.plan.netns_path.empty());
  return is_ours ? netns::unpin(pod.plan.netns_path, pod.life.netns_identity) : Result<void>();
}

// How they ended is the shim's to write down, which ends with the rest of the pod.
Result<void> end_containers(const Host& host, const Box& box, const PodRecord& pod) {
  for (const ContainerRecord& container : box.load_containers().value_or({}))
    if (!container.life.process.empty()) TRY(kill_container(host, pod, container));
  return {};
}

Result<void> end_all(const Host& host, const Box& box, PodRecord& remains, const PluginTraces& traces,
                     const TakeDownOptions& options) {
  const Identity& who = remains.plan.who;
  const Cgroup cgroup(TRY(CgroupHost::discover()), remains.plan.cgroup_path);
  if (options.until == Landing::stopped) TRY(end_containers(host, box, remains).in("end containers"));
  if (auto pinned = pin_again(box, remains); !pinned) host.warn("pin network namespace again: " + pinned.error().what);
  TRY(end_processes(host, cgroup, remains.life, traces));
  if (auto detached = detach_networks(host, cgroup, remains); !detached) {
    if (!options.force) return std::move(detached).error().in("detach networks");
    const auto abandoned = TRY(Network(host).abandon(who.id));
    for (const std::string& line : abandoned) host.warn(line);
    // Not for a DEL: what has had none is owed still.
    if (abandoned.empty()) host.warn("detach networks: " + detached.error().what);
  }
  TRY(unpin_network_namespace(remains).in("unpin network namespace"));
  return cgroup.remove();
}

Result<void> remove_all(const Host& host, const Box& box, const PodRecord& remains) {
  const Identity& who = remains.plan.who;
  TRY(base::remove_tree(host.layout().pod_data(who.id)).in("remove writable layers"));
  for (const ContainerRecord& container : box.load_containers().value_or({}))
    if (!container.plan.id.empty()) TRY(host.store.release_container(container.plan.id));
  TRY(box.empty());
  TRY(host.store.release_ids(who.id));
  if (!who.name.empty()) {
    const auto [name_space, name] = who.reserved();
    TRY(host.store.release_name(name_space, name, who.id));
  }
  return box.erase();
}

// What is known of a sandbox goes with it.
PodRecord stopped(PodRecord pod) {
  const PodLife was = std::move(pod.life);
  // What was chosen for it once is its own from then on.
  if (pod.plan.networks.empty() && !pod.plan.namespaces.host_network)
    pod.plan.networks = {
        was.networks.empty() ? "none" : was.networks.front().network + "@" + was.networks.front().interface_name};
  pod.life = {};
  pod.life.state = PodState::stopped;
  pod.life.boot_id = was.boot_id;
  pod.life.created_at = was.created_at;
  pod.life.evicted = was.evicted;
  pod.life.id_base = was.id_base;
  return pod;
}

}  // namespace

// Without a readable record there is what the id names, and the name it reserved: enough for every step of the way
// down.
PodRecord remains_of(const Host& host, const Box& box) {
  if (auto loaded = box.load()) return std::move(*loaded);
  PodRecord guess;
  PodPlan& plan = guess.plan;
  plan.who.id = box.id();
  plan.cgroup_path = host.options.cgroup_parent + "/podrun-" + box.id();
  if (auto name = host.store.name_of(box.id())) {
    std::tie(plan.who.name_space, plan.who.name) = *name;
    plan.netns_path = host.layout().netns(plan.who.name_space, plan.who.name);
    if (plan.who.name_space == "cri") plan.who.cri_key = plan.who.name;
  }
  return guess;
}

Result<void> take_down(const Host& host, const Box& box, PodRecord remains, const TakeDownOptions& options) {
  PodLife& life = remains.life;
  const PluginTraces traces = traces_in(life);  // of those before us
  life.state = options.until == Landing::gone ? PodState::deleting : PodState::stopping;
  add_own_session(life.plugin_sessions);
  (void)box.save(remains);  // for who looks at it, and for who goes on: a full disk keeps no pod from ending
  auto gone = end_all(host, box, remains, traces, options);
  if (gone && options.until == Landing::stopped) return box.save(stopped(std::move(remains))).in("record the stop");
  if (gone) gone = remove_all(host, box, remains);
  if (gone) return {};
  life.failure = cni::lasting_text(gone.error());
  (void)box.save(remains);  // the first failure is the one to tell
  return gone;
}

}  // namespace podrun
