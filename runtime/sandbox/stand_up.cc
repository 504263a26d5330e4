#include "runtime/sandbox/stand_up.h"

#include <algorithm>

#include "base/interruption.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/plan/etc_files.h"
#include "runtime/plan/late_values.h"
#include "runtime/sandbox/alarm.h"
#include "runtime/sandbox/container.h"
#include "runtime/sandbox/host_addresses.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/pause.h"
#include "runtime/sandbox/stopwatch.h"
#include "runtime/sandbox/volumes.h"
#include "runtime/tend/next.h"

namespace podrun {
namespace {

// What has been looked for at pause's number in /proc. Where that is gone, or is on its way out, when the kernel refuses
// it to everybody, pause has failed and said why.
template <typename T>
Result<T> seen_of(NewProcess& pause, Result<T> seen) {
  if (!seen && (seen.error().kind == Kind::not_found || seen.error().kind == Kind::denied))
    TRY(pause.handshake.expect_exec().in("start pause"));
  return seen;
}

Result<void> pin_network_namespace(const Box& box, PodRecord& pod, NewProcess& pause) {
  const Fd netns = TRY(seen_of(pause, open_namespace(pause.process.pid, "net")));
  pod.life.netns_identity = TRY(base::identify_netns(netns, "the pod's network namespace"));
  TRY(box.save(pod).in("record the namespaces"));  // unpin() removes only what is on record
  return netns::pin(netns.get(), pod.plan.netns_path).in("pin network namespace");
}

std::vector<const ContainerPlan*> plans_of(const NewPod& decided) {
  std::vector<const ContainerPlan*> plans;
  for (const NewContainer& container : decided.containers) plans.push_back(&container.plan);
  return plans;
}

// Those that begin with the pod, on their way.
struct Beginners {
  std::vector<Furnished> waiting;  // for the pod's addresses
  std::vector<Prepared> prepared;
};

std::string preparing(const ContainerPlan& plan) { return "prepare container '" + plan.name + "'"; }

Result<void> launch_all(std::vector<Furnished> containers, const ContainerMakings& makings, ShimClient& shim,
                        std::vector<Prepared>& prepared) {
  for (Furnished& container : containers) {
    const std::string step = preparing(container.record.plan);
    prepared.push_back(TRY(launch(std::move(container), makings, shim).in(step)));
  }
  std::sort(prepared.begin(), prepared.end(), [](const Prepared& one, const Prepared& other) {
    return one.record.plan.position < other.record.plan.position;
  });
  return {};
}

// What they will run in is made while pause makes what they get a copy of. Cloned, their plans sent, they work towards
// their barrier by themselves; those that are to know the pod's addresses are cloned once it has them.
Result<Beginners> prepare_all(const Box& box, const NewPod& decided, const ContainerMakings& makings, NewProcess& pause,
                              ShimClient& shim) {
  Beginners beginners;
  std::vector<Furnished> furnished;
  // Read once, and they differ: it is their order, and a clock that is set back must not change that.
  std::int64_t now = wall_time();
  const std::size_t begin_at_once = tend::first_steps(plans_of(decided));
  std::size_t begun = 0;
  for (NewContainer container : decided.containers) {
    if (container.created_at == 0) container.created_at = now++;
    if (begun == begin_at_once) {
      TRY(box.save(new_record(container))
              .in("record container '" + container.plan.name + "'"));  // its turn comes later
      continue;
    }
    ++begun;
    auto& queue = waits_for_addresses(container.plan.process) ? beginners.waiting : furnished;
    queue.push_back(TRY(furnish(container, makings).in(preparing(container.plan))));
  }
  TRY(pause.handshake.expect_exec().in("start pause"));
  TRY(launch_all(std::move(furnished), makings, shim, beginners.prepared));
  return beginners;
}

Result<DnsSpec> attach_networks(const Host& host, const Cgroup& cgroup, const NewPod& decided, PodLife& life) {
  return Network(host, {.cgroup = &cgroup, .timings = &life.timings, .messages = &life.plugin_messages})
      .attach(decided.networks, life);
}

Result<void> write_etc_files(const Host& host, const PodRecord& pod, const DnsSpec& network, bool has_network,
                             const EtcMount& etc) {
  const DnsSpec dns = dns_of(pod.plan.etc, network);
  const bool needs_dns = has_network || pod.plan.namespaces.host_network;
  if (const std::string problem = dns_problem(pod.plan.etc, dns); needs_dns && !problem.empty()) host.warn(problem);
  return etc.write(pod.plan.etc, pod.life.ips, dns).in("write /etc files");
}

// All are seen ready before one is let go: a payload may see what its siblings do.
Result<void> await_all(const Box& box, const Cgroup& cgroup, ShimClient& shim, TerminalSize size,
                       std::vector<Prepared>& prepared) {
  for (Prepared& container : prepared)
    TRY(await_ready(container, cgroup, shim, size).in("start container '" + container.record.plan.name + "'"));
  for (Prepared& container : prepared)
    TRY(record_process(container, box).in("start container '" + container.record.plan.name + "'"));
  return {};
}

Result<void> release_all(const Cgroup& cgroup, std::vector<Prepared>& prepared, Pod& pod) {
  for (Prepared& container : prepared) {
    TRY(release(container, cgroup).in("start container '" + container.record.plan.name + "'"));
    pod.containers.push_back(container.record);
  }
  return {};
}

Result<std::optional<PendingAttachment>> expect_client(const Layout& layout, const NewPod& decided,
                                                       const FirstClient& client) {
  for (const NewContainer& container : decided.containers)
    if (container.plan.name == client.container)
      return std::optional(TRY(PendingAttachment::make(layout, decided.plan, container.plan.key(), client.with_stdin)));
  return std::optional<PendingAttachment>();
}

}  // namespace

// take_down() needs nothing but the record; so each step that leaves something behind is preceded by writing down what
// take_down() must know of it.
Result<void> stand_up(Host& host, const Box& box, const NewPod& decided, const FirstClient& client, StoodUp& made) {
  PodRecord& pod = made.pod.record;
  Stopwatch watch(pod.life.timings);
  const auto done = [&](const char* step) {
    watch.lap(step);
    return base::check_interruption();
  };
  const Cgroup cgroup(decided.cgroup_host, pod.plan.cgroup_path);
  TRY(cgroup.create(pod.plan.limits, pod.plan.devices_by_container).in("create cgroup"));
  TRY(done("create cgroup"));

  TRY(make_volumes(host.layout(), pod, decided.files));
  if (!pod.plan.volumes.empty()) TRY(done("make volumes"));

  pod.life.host_ips = host_addresses();
  ShimClient shim = TRY(start_shim(host.layout(), pod.plan, cgroup).in("start shim"));
  const EtcMount etc = TRY(EtcMount::make(pod.life.id_base).in("make /etc files"));
  NewProcess pause = TRY(start_pause(pod.plan, pod.life.id_base, etc, shim).in("start pause"));
  pod.life.shim = shim.process();
  pod.life.pause = pause.process;
  pod.life.namespaces = TRY(seen_of(pause, namespace_inodes(pause.process.pid)));
  TRY(done("start shim and pause"));

  if (!pod.plan.netns_path.empty()) {
    TRY(pin_network_namespace(box, pod, pause));
    TRY(done("pin network namespace"));
  }

  const bool host_users = pod.plan.namespaces.host_users;
  const Fd user_ns = host_users ? Fd() : TRY(seen_of(pause, open_namespace(pause.process.pid, "user")));
  auto attachment = TRY(expect_client(host.layout(), decided, client));
  const ContainerMakings makings{.host = host,
                                 .box = box,
                                 .pod = decided.plan,
                                 .life = pod.life,
                                 .cgroup = cgroup,
                                 .users = {pod.life.id_base, user_ns.get()},
                                 .volume_layers = decided.layers};
  auto [waiting, prepared] = TRY(prepare_all(box, decided, makings, pause, shim));
  TRY(done("prepare containers"));

  DnsSpec network_dns;
  if (!decided.networks.empty()) {
    network_dns = TRY(attach_networks(host, cgroup, decided, pod.life));
    TRY(done("attach networks"));
  }
  TRY(write_etc_files(host, pod, network_dns, !decided.networks.empty(), etc));
  TRY(launch_all(std::move(waiting), makings, shim, prepared));

  if (is_to_be_tended(decided)) TRY(set_alarm(host, pod.plan, cgroup, shim, first_alarm(decided, pod)));
  TRY(await_all(box, cgroup, shim, client.size, prepared));
  // Sooner the shim may have read what the container said, and nobody was there to have it.
  if (attachment) made.attachment = TRY(std::move(*attachment).finish());
  TRY(release_all(cgroup, prepared, made.pod));
  TRY(done("start containers"));

  // Who is woken waits for the lock, and so for this to be done.
  if (is_anybody_asked(decided)) TRY(set_alarm(host, pod.plan, cgroup, shim, boot_time()));
  pod.life.state = PodState::ready;
  return box.save(pod).in("record the running pod");
}

}  // namespace podrun
