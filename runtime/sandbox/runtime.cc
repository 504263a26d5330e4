#include "runtime/sandbox/runtime.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/sandbox/container.h"
#include "runtime/sandbox/etc_mount.h"
#include "runtime/sandbox/host_ports.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/pause.h"
#include "runtime/sandbox/plan.h"
#include "runtime/sandbox/stopwatch.h"

namespace podrun {
namespace {

struct Prepared {
  EtcMount etc;
  std::vector<PreparedContainer> containers;
};

Result<Prepared> prepare_all(const PodPlan& plan, const Cgroup& cgroup, const PodUsers& users, Shim& shim) {
  const auto workbench = TRY(mounts::PrivateNamespace::enter());
  Prepared prepared{TRY(EtcMount::make(workbench, users.base).in("make /etc files")), {}};
  const ContainerMakings makings{cgroup, workbench, users, prepared.etc, plan.join, plan.fresh};
  for (const ContainerPlan& container : plan.containers)
    prepared.containers.push_back(
        TRY(prepare(container, makings, shim).in("prepare container '" + container.record.name + "'")));
  return prepared;
}

bool needs_dns(const PodPlan& plan) { return !plan.networks.empty() || plan.etc.host_network; }

// "mine", "/mine/" and "//mine" are "/mine", below the root of the cgroups as they are mounted; the root itself is "".
std::string with_one_slash(const std::string& cgroup) {
  std::string path = std::filesystem::path("/" + cgroup).lexically_normal();
  while (path.ends_with('/') || path.starts_with("//")) path.erase(path.ends_with('/') ? path.size() - 1 : 0, 1);
  return path;
}

// Plugins run in "/", and records outlive the caller's working directory.
RuntimeOptions with_absolute_paths(RuntimeOptions options) {
  const auto absolute = [](std::string& path) { path = std::filesystem::absolute(path).lexically_normal(); };
  for (std::string* path :
       {&options.directories.state, &options.directories.data, &options.directories.netns, &options.cni_conf_dir})
    absolute(*path);
  for (std::string& path : options.cni_bin_dirs) absolute(path);
  options.cgroup_parent = with_one_slash(options.cgroup_parent);
  return options;
}

}  // namespace

Runtime::Runtime(RuntimeOptions options)
    : options_(with_absolute_paths(std::move(options))), store_(Layout(options_.directories)) {
  if (!options_.warn) options_.warn = [](const std::string&) {};
}

// Once a boot: the state directory, which remembers, goes with it.
void Runtime::warn_of_oom_once() const {
  const auto permitted = capabilities::permitted();
  if (permitted && (*permitted >> CAP_SYS_RESOURCE & 1U) != 0) return;
  const Fd marker(::open(store_.layout().told_of_oom().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (marker)
    options_.warn("podrun lacks CAP_SYS_RESOURCE here: the OOM killer may choose a pod's pause like any process");
}

Result<PodRecord> Runtime::create(const PodSpec& spec, const CreateOptions& options) {
  TRY(settle_after_boot());
  TRY(settle_name(spec.name_space, spec.name));
  const PodPlan pod = TRY(plan(spec, options));
  const Box box = TRY(store_.create(pod.record.id));
  PodRecord record = pod.record;
  auto built = build(pod, box, record);
  if (built) {
    warn_of_oom_once();
    if (const std::string limits = limits_out_of_reach(); !limits.empty())
      options_.warn("podrun lacks CAP_SYS_RESOURCE here: its caller's limits stay in the pod (" + limits + ")");
    return record;
  }

  // One way down: what a failed create leaves is taken away by the same steps as any pod. It asks for no interruption:
  // one is the reason to be here, perhaps.
  Error failure = std::move(built).error();
  if (auto undone = tear_down(record, box, false); !undone)
    options_.warn("could not undo all of it: " + undone.error().what + " (`podrun delete " + spec.name +
                  "` goes on from there)");
  else if (base::is_interruption(failure))
    failure.what += "; nothing is left of it";
  return failure;
}

// The way of a pod. tear_down() is its inverse and needs nothing but the record; so each step that leaves something
// behind is preceded by writing down what tear_down() must know of it.
Result<void> Runtime::build(const PodPlan& plan, const Box& box, PodRecord& record) {
  const Layout& layout = store_.layout();
  Stopwatch watch(record.timings);
  const auto done = [&](const char* step) {
    watch.lap(step);
    return base::check_interruption();
  };
  record.plugin_sessions = {static_cast<std::uint32_t>(::getsid(0))};
  TRY(box.save(record).in("record the pod"));  // from here a crash leaves what recover() can find
  TRY(store_.reserve_name(record.name_space, record.name, record.id));
  TRY(check_ports_of_pods(store_, record.id, plan.host_ports));
  if (!record.host_users) record.id_base = TRY(store_.reserve_ids(record.id).in("reserve user ids"));
  TRY(done("record the pod"));

  const Cgroup cgroup(plan.cgroup_host, record.cgroup_parent + record.cgroup_path);
  TRY(cgroup.create().in("create cgroup"));
  TRY(done("create cgroup"));

  Shim shim = TRY(Shim::start(record.id, record.host_users, TRY(cgroup.enter_aux()), layout.box(record.id),
                              layout.shim_log(record.id))
                      .in("start shim"));
  Shim::Launched pause = TRY(start_pause(plan, record.id_base, shim).in("start pause"));
  record.shim = shim.process();
  record.pause = pause.process;
  record.namespaces = TRY(namespace_inodes(record.pause.pid));
  TRY(done("start shim and pause"));

  if (!record.netns_path.empty()) {
    const Fd netns = TRY(open_namespace(record.pause.pid, "net"));
    record.netns_identity = TRY(base::identify_netns(netns, "the pod's network namespace"));
    TRY(box.save(record).in("record the namespaces"));  // unpin() removes only what is on record
    TRY(netns::pin(netns.get(), record.netns_path).in("pin network namespace"));
    TRY(done("pin network namespace"));
  }

  const Fd user_ns = record.host_users ? Fd() : TRY(open_namespace(record.pause.pid, "user"));
  TRY(pause.handshake.expect_exec().in("start pause"));  // containers copy its mounts
  Prepared prepared =  // cloned, plan sent, working towards their barrier by themselves
      TRY(prepare_all(plan, cgroup, {record.id_base, user_ns.get()}, shim));
  TRY(done("prepare containers"));

  DnsSpec network_dns;
  if (!plan.networks.empty()) {
    network_dns = TRY(
        Network(options_, layout, &cgroup, {&record.timings, &record.plugin_messages}).attach(plan.networks, record));
    TRY(done("attach networks"));
  }
  const DnsSpec dns = dns_of(plan.etc, network_dns);
  if (const std::string problem = dns_problem(plan.etc, dns); needs_dns(plan) && !problem.empty())
    options_.warn(problem);
  TRY(prepared.etc.write(plan.etc, record.ips, dns).in("write /etc files"));

  for (PreparedContainer& container : prepared.containers)
    TRY(await_ready(container, cgroup).in("start container '" + container.record.name + "'"));
  for (PreparedContainer& container : prepared.containers) {
    if (!container.warning.empty()) options_.warn("container '" + container.record.name + "': " + container.warning);
    record.containers.push_back(TRY(release(container, cgroup).in("start container '" + container.record.name + "'")));
  }
  TRY(done("start containers"));

  record.state = PodState::ready;
  return box.save(record).in("record the running pod");
}

}  // namespace podrun
