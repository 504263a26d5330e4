#include "runtime/sandbox/container.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/kernel/seccomp.h"
#include "runtime/sandbox/init_process.h"
#include "runtime/sandbox/pipes.h"

namespace podrun {
namespace {

struct Stdio {
  Fd null, out, err;                     // the container's
  Fd log_dir, out_to_read, err_to_read;  // the shim's
};

Result<Stdio> make_stdio(int dev, const std::string& log_path, uid_t user, gid_t group) {
  Stdio stdio;
  stdio.null.reset(::openat(dev, "null", O_RDWR | O_CLOEXEC));
  if (!stdio.null) return Error::system(errno, "open the container's null device");
  const std::string log_dir = log_path.substr(0, log_path.rfind('/'));
  TRY(base::make_dirs(log_dir, 0750));
  stdio.log_dir = TRY(base::open_file(log_dir, O_PATH | O_DIRECTORY));
  for (auto [read_end, write_end] : {std::pair{&stdio.out_to_read, &stdio.out}, {&stdio.err_to_read, &stdio.err}}) {
    Pipe pipe = TRY(make_pipe(Ours::reading, user, group));
    *read_end = std::move(pipe.read);
    *write_end = std::move(pipe.write);
  }
  return stdio;
}

// The descriptors of container_root(), in its order.
Result<std::vector<Fd>> make_mounts(const ContainerPlan& plan, const ContainerMakings& makings, std::string& warning) {
  std::vector<Fd> made;
  made.push_back(TRY(mount_rootfs(makings.workbench, plan.layers, plan.writable, makings.users, warning)));
  made.push_back(TRY(mount_dev(makings.users)));
  if (const auto& v1 = makings.cgroup.host().v1; !v1.empty()) made.push_back(TRY(mount_cgroup_dir(v1)));
  // Read-only with the root, as under containerd and Docker.
  for (Fd& file : TRY(makings.etc.clone(plan.root.is_read_only))) made.push_back(std::move(file));
  return made;
}

// A limit that leaves no room for the start shows as a process that is gone, or as ENOMEM.
Error explain(Error error, const Cgroup& cgroup, const std::string& name, bool has_memory_limit) {
  if (!has_memory_limit || (error.error_number != ENOMEM && !cgroup.has_run_out_of_memory(name))) return error;
  return {Kind::invalid, ENOMEM,
          "its memory limit is too low to start with: the kernel had no memory for it (raise resources.limits.memory)"};
}

}  // namespace

Result<PreparedContainer> prepare(const ContainerPlan& plan, const ContainerMakings& makings, Shim& shim) {
  const std::string& name = plan.record.name;
  TRY(makings.cgroup.create_container(name, plan.limits));
  TRY(base::make_dirs(plan.exit_dir, 0700));
  PreparedContainer prepared{plan.record, {}, "", plan.limits.memory_bytes.has_value()};
  const std::vector<Fd> mounts = TRY(make_mounts(plan, makings, prepared.warning));
  const ProcessSettings& settings = plan.record.settings;
  const Stdio stdio = TRY(make_stdio(mounts[1].get(), plan.record.log_path, makings.users.base + settings.uid,
                                     makings.users.base + settings.gid));

  const CgroupEntry entry = TRY(makings.cgroup.enter_container(name));
  shim::Launch request;
  request.role = init::Role::container;
  request.name = name;
  request.join = makings.join;
  request.fresh = makings.fresh;
  request.log = plan.log;
  request.oom_score_adj = plan.oom_score_adj;
  TRY(shim.launch(request, entry, {stdio.log_dir.get(), stdio.out_to_read.get(), stdio.err_to_read.get()}));
  auto launched = shim.expect();
  if (!launched) return explain(std::move(launched).error(), makings.cgroup, name, prepared.has_memory_limit);
  prepared.launched = std::move(*launched);

  init::Plan init_plan;
  init_plan.role = init::Role::container;
  init_plan.new_user_namespace = makings.users.user_ns >= 0;
  init_plan.sends_stdio = true;
  init_plan.waits_for_go = true;
  init_plan.root = plan.root;
  init_plan.process = to_init_process(settings);
  std::vector<int> fds{stdio.null.get(), stdio.out.get(), stdio.err.get()};
  for (const Fd& mount : mounts) fds.push_back(mount.get());
  TRY(prepared.launched.handshake.send_plan(init_plan, fds));
  prepared.record.process = prepared.launched.process;
  return prepared;
}

Result<void> await_ready(PreparedContainer& container, const Cgroup& cgroup) {
  auto ready = container.launched.handshake.expect_ready();
  if (ready) return {};
  return explain(std::move(ready).error(), cgroup, container.record.name, container.has_memory_limit);
}

Result<ContainerRecord> release(PreparedContainer& container, const Cgroup& cgroup) {
  init::Handshake& handshake = container.launched.handshake;
  container.record.namespaces = TRY(namespace_inodes(container.record.process.pid));
  TRY(handshake.go());
  if (auto started = handshake.expect_exec(); !started)
    return explain(std::move(started).error(), cgroup, container.record.name, container.has_memory_limit);
  container.record.started_at = wall_time();
  return container.record;
}

}  // namespace podrun
