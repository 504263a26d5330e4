// The way down, for a delete, for a create that failed, and for recover: every step is idempotent and needs only the
// record.
#include <unistd.h>

#include <algorithm>

#include "base/files.h"
#include "base/netns.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/runtime.h"

namespace podrun {
namespace {

constexpr std::chrono::seconds kKillPatience{30};
constexpr std::chrono::seconds kOrphanPatience{5};

// Somebody may have taken the pin away (`ip netns del`) from a namespace that lives on with its processes. While there
// are any it is pinned again: without it plugins find less, and bridge leaves its masquerading rules.
Result<void> pin_again(const PodRecord& record) {
  if (record.netns_path.empty() || netns::is_pinned(record.netns_path, record.netns_identity)) return {};
  std::vector<ProcessId> holders{record.pause};
  for (const ContainerRecord& container : record.containers) holders.push_back(container.process);
  for (const ProcessId& holder : holders) {
    if (holder.empty() || !is_alive(holder)) continue;
    const auto netns = open_namespace(holder.pid, "net");
    const auto identity = netns ? base::identify_netns(*netns, record.netns_path) : netns.error();
    // It is what it is, whoever has the pid by now; and a container may have moved to another one.
    if (identity && record.netns_identity.is(*identity)) return netns::pin_again(netns->get(), record.netns_path);
  }
  return {};
}

void release_daemons(const RuntimeOptions& options, const Cgroup& cgroup, const PluginTraces& traces) {
  if (auto released = cgroup.release_daemons(traces); !released)
    options.warn(released.error().what + "; it ends with the pod whose plugins started it");
}

// The plugins run in the pod's cgroup, like those of an ADD: should we be killed, whoever goes on from here finds them.
Result<void> detach_networks(const RuntimeOptions& options, const Layout& layout, const Cgroup& cgroup,
                             PodRecord& record) {
  if (!TRY(Network(options, layout).is_attached(record.id))) return {};
  const Cgroup* const place = TRY(cgroup.renew_aux()) ? &cgroup : nullptr;
  auto detached = Network(options, layout, place, {.messages = &record.plugin_messages}).detach(record.id);
  release_daemons(options, cgroup, {{}, {::getsid(0)}});
  TRY(cgroup.kill(kKillPatience));  // what plugins left running
  return detached;
}

PluginTraces traces_in(const PodRecord& record) {
  return {{record.shim.pid, record.pause.pid}, {record.plugin_sessions.begin(), record.plugin_sessions.end()}};
}

void add_own_session(std::vector<std::uint32_t>& sessions) {
  const auto own = static_cast<std::uint32_t>(::getsid(0));
  if (std::find(sessions.begin(), sessions.end(), own) == sessions.end()) sessions.push_back(own);
}

}  // namespace

Result<void> Runtime::tear_down(PodRecord record, const Box& box, bool force) {
  const Layout& layout = store_.layout();
  const PluginTraces traces = traces_in(record);  // of those before us
  record.state = PodState::deleting;
  add_own_session(record.plugin_sessions);
  (void)box.save(record);  // for who looks at it, and for who goes on: a full disk keeps no pod from ending
  const auto take_away = [&]() -> Result<void> {
    const Cgroup cgroup(TRY(CgroupHost::discover()), record.cgroup_parent + record.cgroup_path);
    if (auto pinned = pin_again(record); !pinned) options_.warn("pin network namespace again: " + pinned.error().what);
    // A plugin whose podrun was killed goes on by itself, and had better come to its end: of a DEL that was cut short
    // bridge does not take up the rest (no interface is left to tell it whose masquerading chain that was). Before its
    // shim is on record a pod has no plugins.
    if (!record.shim.empty() && !traces.sessions.empty()) {
      cgroup.let_plugins_end(traces, kOrphanPatience);
      release_daemons(options_, cgroup, traces);
    }
    // Nothing of the pod runs any more when its plugins are called: one that was orphaned in the middle of an ADD would
    // go on with it after its DEL.
    TRY(cgroup.kill(kKillPatience));
    if (auto detached = detach_networks(options_, layout, cgroup, record); !detached) {
      if (!force) return std::move(detached).error().in("detach networks");
      const auto abandoned = TRY(Network(options_, layout).abandon(record.id));
      for (const std::string& line : abandoned) options_.warn(line);
      // Not for a DEL: what has had none is owed still.
      if (abandoned.empty()) options_.warn("detach networks: " + detached.error().what);
    }
    if (!record.netns_path.empty() && record.namespaces.contains("net"))  // else it has not come so far
      TRY(netns::unpin(record.netns_path, record.netns_identity).in("unpin network namespace"));
    TRY(cgroup.remove());
    TRY(base::remove_tree(layout.pod_data(record.id)).in("remove writable layers"));
    TRY(box.empty());
    TRY(store_.release_ids(record.id));
    if (!record.name.empty()) TRY(store_.release_name(record.name_space, record.name, record.id));
    return box.erase();
  };

  auto gone = take_away();
  if (gone) return {};
  record.failure = cni::lasting_text(gone.error());
  (void)box.save(record);  // the first failure is the one to tell
  return gone;
}

}  // namespace podrun
