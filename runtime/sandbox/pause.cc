#include "runtime/sandbox/pause.h"

#include <fcntl.h>

#include "runtime/kernel/mounts.h"
#include "runtime/kernel/namespaces.h"

namespace podrun {
namespace {

// The descriptors of pause_root(), in its order. The null device is the host's own, on a mount that nobody can change
// its mode through.
Result<std::vector<Fd>> make_mounts(bool host_ipc) {
  std::vector<Fd> made;
  made.push_back(TRY(mounts::clone(AT_FDCWD, "/dev/null", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)));
  if (host_ipc)
    made.push_back(TRY(mounts::clone(AT_FDCWD, "/dev/shm", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)));
  return made;
}

}  // namespace

Result<Shim::Launched> start_pause(const PodPlan& plan, std::uint32_t id_base, Shim& shim) {
  shim::Launch request;
  request.role = init::Role::pause;
  request.fresh = plan.pause_namespaces;
  TRY(shim.launch(request, {}, {}));
  const Fd program = TRY(open_helper("pause", !plan.pause.new_user_namespace));
  const std::vector<Fd> mounts = TRY(make_mounts((plan.pause_namespaces & CLONE_NEWIPC) == 0));
  std::vector<int> fds;
  for (const Fd& mount : mounts) fds.push_back(mount.get());
  fds.push_back(program.get());
  Shim::Launched pause = TRY(shim.expect());
  // Before the plan goes out: what execs with an unmapped user loses every capability (user_namespaces(7)).
  if (plan.pause.new_user_namespace) TRY(write_id_maps(pause.process.pid, id_base, 65536));
  TRY(pause.handshake.send_plan(plan.pause, fds));
  return pause;
}

}  // namespace podrun
