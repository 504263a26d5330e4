#include "runtime/sandbox/pause.h"

#include <fcntl.h>

#include "runtime/kernel/mounts.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/kernel/seccomp.h"
#include "runtime/plan/root.h"
#include "runtime/plan/volumes.h"
#include "runtime/sandbox/mount_rows.h"

namespace podrun {
namespace {

Result<Fd> open_source(const MountPlan& row, const EtcMount& etc) {
  if (std::holds_alternative<EtcDir>(row.source)) return etc.mount();
  const auto* host = std::get_if<HostPath>(&row.source);
  if (host == nullptr) return Error{Kind::internal, 0, "mount '" + row.target + "': pause has no such mount"};
  return mounts::clone(AT_FDCWD, host->path, host->attributes);
}

init::Plan pause_init_plan(const PodPlan& pod, init::Root root) {
  init::Plan plan;
  plan.role = init::Role::pause;
  plan.new_user_namespace = !pod.namespaces.host_users;
  plan.root = std::move(root);
  plan.root.hostname = pod.hostname;
  plan.root.loopback = !pod.namespaces.host_network;
  plan.root.sysctls = pod.sysctls;
  plan.root.masked = masked_kernel_files();
  plan.root.read_only = read_only_kernel_files();
  plan.process.args = {"pause"};
  const auto filter = seccomp::pause_profile();
  plan.seccomp.assign(filter.begin(), filter.end());
  return plan;
}

}  // namespace

Result<NewProcess> start_pause(const PodPlan& pod, std::uint32_t id_base, const EtcMount& etc, ShimClient& shim) {
  const Namespaces& namespaces = pod.namespaces;
  shim::Launch request;
  request.role = init::Role::pause;
  request.fresh = namespaces.pause;
  TRY(shim.launch(request, {}, nullptr));
  init::Handed handed;
  handed.program = TRY(open_helper("pause", namespaces.host_users));
  std::vector<MountPlan> mounts = pause_mounts((namespaces.pause & CLONE_NEWIPC) == 0);
  for (MountPlan& row : pause_volume_mounts(pod.volumes, pod.volume_group)) mounts.push_back(std::move(row));
  MountRows rows = TRY(open_rows(mounts, [&](const MountPlan& row) { return open_source(row, etc); }));
  handed.mounts = std::move(rows.sent);
  NewProcess pause = TRY(shim.expect());
  // Before the plan goes out: what execs with an unmapped user loses every capability (user_namespaces(7)).
  if (!namespaces.host_users) TRY(write_id_maps(pause.process.pid, id_base, pod.ids ? pod.ids->count : 65536));
  TRY(pause.handshake.send_plan(pause_init_plan(pod, std::move(rows.root)), handed));
  return pause;
}

}  // namespace podrun
