#include "runtime/sandbox/container.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/plan/late_values.h"
#include "runtime/sandbox/file_values.h"
#include "runtime/sandbox/host_devices.h"
#include "runtime/sandbox/image_volume.h"
#include "runtime/sandbox/init_process.h"
#include "runtime/sandbox/mount_rows.h"
#include "runtime/sandbox/pipes.h"
#include "runtime/sandbox/target.h"
#include "runtime/sandbox/volumes.h"

namespace podrun {
namespace {

struct Stdio {
  std::vector<Fd> theirs;  // none with a terminal, which the container makes for itself
  ShimStreams shims;
};

Result<Stdio> make_stdio(Fd null, const ContainerPlan& plan, std::uint32_t id_base) {
  const std::uint32_t user = id_base + plan.process.uid;
  const std::uint32_t group = id_base + plan.process.gid;
  Stdio stdio;
  const std::string log_dir = plan.log_path.substr(0, plan.log_path.rfind('/'));
  TRY(base::make_dirs(log_dir, 0750));
  stdio.shims.log_dir = TRY(base::open_file(log_dir, O_PATH | O_DIRECTORY));
  if (plan.process.terminal) return stdio;
  if (plan.stdio.has_stdin) {
    Pipe pipe = TRY(make_pipe(Ours::writing, user, group));
    stdio.shims.in = std::move(pipe.write);
    stdio.theirs.push_back(std::move(pipe.read));
  } else {
    stdio.theirs.push_back(std::move(null));
  }
  for (Fd* read_end : {&stdio.shims.out, &stdio.shims.err}) {
    Pipe pipe = TRY(make_pipe(Ours::reading, user, group));
    *read_end = std::move(pipe.read);
    stdio.theirs.push_back(std::move(pipe.write));
  }
  return stdio;
}

Result<Fd> open_null_of(const Fd& dev) {
  Fd null(::openat(dev.get(), "null", O_RDWR | O_CLOEXEC));
  if (!null) return Error::system(errno, "open the container's null device");
  return null;
}

// In its own /dev it fills nobody's but that, and goes with it; whoever opens it first has what stays the same file,
// whatever the container puts in its place.
Result<Fd> make_message_file(const Fd& dev, const PodUsers& users) {
  const char* const name = kMessageFile + std::size("/dev/") - 1;
  Fd file(::openat(dev.get(), name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file || ::fchown(file.get(), users.base, users.base) != 0 || ::fchmod(file.get(), 0666) != 0)
    return Error::system(errno, "make '" + std::string(kMessageFile) + "'");
  return file;
}

// Of a volume that is an image.
std::optional<ImageLayers> layers_of(const ContainerMakings& makings, const std::string& name) {
  if (const auto held = makings.volume_layers.find(name); held != makings.volume_layers.end()) return held->second;
  for (const VolumePlan& volume : makings.pod.volumes)
    if (const auto* files = std::get_if<ImageFiles>(&volume.source); files != nullptr && volume.name == name)
      return ImageLayers{files->layers, nullptr};
  return std::nullopt;
}

std::vector<devices::Rule> rules_of(const std::vector<DeviceNode>& nodes) {
  std::vector<devices::Rule> rules;
  for (const DeviceNode& node : nodes) {
    rules.push_back(node.rule);
    rules.back().type = S_ISBLK(node.mode) ? 'b' : 'c';
  }
  return rules;
}

struct Mounts {
  MountRows rows;
  Fd null;     // of its /dev
  Fd message;  // also
};

Result<Mounts> open_mounts(const NewContainer& container, const ContainerMakings& makings) {
  Mounts opened;
  std::size_t images = 0;  // among its volumes, by the order of the rows
  const std::string& name = container.plan.name;
  const Warn warn = [&](const std::string& what) { makings.host.warn("container '" + name + "': " + what); };
  const auto open = [&](const MountPlan& row) -> Result<Fd> {
    if (std::holds_alternative<Rootfs>(row.source))
      return mount_rootfs(container.layers, container.plan.writable, makings.users, warn);
    if (const auto* dev_row = std::get_if<Dev>(&row.source)) {
      Fd dev = TRY(mount_dev(makings.users));
      if (!container.plan.termination_message.path.empty()) opened.message = TRY(make_message_file(dev, makings.users));
      if (dev_row->of_host) TRY(add_devices_of_host(dev.get()));
      TRY(add_devices(dev.get(), container.plan.device_nodes));
      opened.null = TRY(open_null_of(dev));
      return dev;
    }
    if (std::holds_alternative<CgroupDir>(row.source)) return mount_cgroup_dir(makings.cgroup.host().v1);
    const auto next_place = [&] { return container.plan.writable + "/volumes/" + std::to_string(images++); };
    if (const auto* image = std::get_if<ImageFilesOf>(&row.source))
      return mount_image({image->layers, nullptr}, {next_place(), row.sub_path, true}, makings.users, warn)
          .in("mount an image at '" + row.target + "'");
    if (std::holds_alternative<HostPath>(row.source)) return open_host_path(row, makings.users);
    if (const auto* volume = std::get_if<PodVolume>(&row.source)) {
      const auto layers = layers_of(makings, volume->name);
      if (!layers) return open_volume(makings.pod, row, makings.users);
      return mount_image(*layers, {next_place(), row.sub_path}, makings.users, warn)
          .in("volume '" + volume->name + "'");
    }
    return Error{Kind::internal, 0, "mount '" + row.target + "': a container has no such mount"};
  };
  opened.rows = TRY(open_rows(container.plan.mounts, open));
  return opened;
}

init::Plan container_init_plan(const ContainerRecord& record, const PodPlan& pod, const PodLife& life,
                               init::Root root) {
  const ContainerPlan& container = record.plan;
  init::Plan plan;
  plan.role = init::Role::container;
  plan.new_user_namespace = !pod.namespaces.host_users;
  plan.waits_for_go = true;
  plan.root = std::move(root);
  plan.root.masked = container.masked;
  plan.root.read_only = container.read_only;
  set_process(plan, with_file_values(with_addresses(container.process, pod, life), record.life.file_values));
  return plan;
}

// A limit that leaves no room for the start shows as a process that is gone, or as ENOMEM.
Error explain(Error error, const Cgroup& cgroup, const ContainerPlan& container) {
  if (!container.limits.memory_bytes) return error;
  if (error.error_number != ENOMEM && !cgroup.has_run_out_of_memory(container.cgroup)) return error;
  return {Kind::invalid, ENOMEM,
          "its memory limit is too low to start with: the kernel had no memory for it (raise resources.limits.memory)"};
}

}  // namespace

ContainerRecord new_record(const NewContainer& container) {
  ContainerRecord record;
  record.plan = container.plan;
  record.life.created_at = container.created_at;
  record.life.back_off = container.back_off;
  return record;
}

Result<Furnished> furnish(const NewContainer& container, const ContainerMakings& makings) {
  const ContainerPlan& plan = container.plan;
  Furnished made;
  made.record = new_record(container);
  TRY(makings.box.save(made.record).in("record it"));
  TRY(makings.cgroup.create_container(plan.cgroup, plan.limits, plan.devices, rules_of(plan.device_nodes)));
  made.cgroup = TRY(makings.cgroup.container_entry(plan.cgroup));
  if (!plan.target.empty()) made.pids = TRY(open_target(makings.box, makings.pod, plan.target));
  Mounts mounts = TRY(open_mounts(container, makings));
  Stdio stdio = TRY(make_stdio(std::move(mounts.null), plan, makings.users.base));
  made.rows = std::move(mounts.rows);
  made.stdio = std::move(stdio.theirs);
  made.streams = std::move(stdio.shims);
  made.streams.message = std::move(mounts.message);
  return made;
}

Result<Prepared> launch(Furnished container, const ContainerMakings& makings, ShimClient& shim) {
  const ContainerPlan& plan = container.record.plan;
  container.record.life.file_values = TRY(read_file_values(plan.process, makings.pod, makings.life));
  shim::Launch request;
  request.role = init::Role::container;
  request.key = plan.key();
  request.log_name = plan.log_path.substr(plan.log_path.rfind('/') + 1);
  request.join = plan.join;
  request.fresh = plan.fresh;
  request.log = makings.pod.log_limits;
  request.terminal = plan.process.terminal;
  request.input_once = plan.stdio.stdin_once && !plan.process.terminal;  // a terminal has no end
  request.oom_score_adj = plan.oom_score_adj;
  TRY(shim.launch(request, container.cgroup, &container.streams, container.pids));
  auto launched = shim.expect();
  if (!launched) return explain(std::move(launched).error(), makings.cgroup, plan);
  Prepared prepared{.record = {}, .launched = std::move(*launched)};

  init::Handed handed;
  handed.stdio = std::move(container.stdio);
  handed.mounts = std::move(container.rows.sent);
  init::Plan sent = container_init_plan(container.record, makings.pod, makings.life, std::move(container.rows.root));
  TRY(prepared.launched.handshake.send_plan(std::move(sent), handed));
  prepared.record = std::move(container.record);
  return prepared;
}

Result<void> await_ready(Prepared& container, const Cgroup& cgroup, ShimClient& shim, TerminalSize size) {
  const ContainerPlan& plan = container.record.plan;
  init::Handshake& handshake = container.launched.handshake;
  Result<void> kept;
  if (plan.process.terminal) {
    auto terminal = handshake.expect_terminal();
    if (!terminal) return explain(std::move(terminal).error(), cgroup, plan);
    set_size(terminal->get(), size);
    kept = shim.keep(plan.key(), *terminal);
    if (!kept && kept.error().kind != Kind::not_found) return kept;
  }
  // Where the shim has no such container any more, that has told why it ended before it did.
  auto ready = handshake.expect_ready();
  return ready ? kept : explain(std::move(ready).error(), cgroup, plan);
}

Result<void> record_process(Prepared& container, const Box& box) {
  ContainerLife& life = container.record.life;
  life.process = container.launched.process;
  life.namespaces = TRY(namespace_inodes(life.process.pid));
  life.started_at = wall_time();
  return box.save(container.record).in("record its process");
}

Result<void> release(Prepared& container, const Cgroup& cgroup) {
  TRY(container.launched.handshake.go());
  auto started = container.launched.handshake.expect_exec();
  if (!started) return explain(std::move(started).error(), cgroup, container.record.plan);
  return {};
}

}  // namespace podrun
