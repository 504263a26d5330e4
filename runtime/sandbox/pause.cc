#include "runtime/sandbox/pause.h"

#include "runtime/kernel/namespaces.h"

namespace podrun {

Result<Shim::Launched> start_pause(const PodPlan& plan, std::uint32_t id_base, Shim& shim) {
  shim::Launch request;
  request.role = init::Role::pause;
  request.fresh = plan.pause_namespaces;
  TRY(shim.launch(request, {}, {}));
  const Fd program = TRY(open_helper("pause", !plan.pause.new_user_namespace));
  Shim::Launched pause = TRY(shim.expect());
  // Before the plan goes out: what execs with an unmapped user loses every capability (user_namespaces(7)).
  if (plan.pause.new_user_namespace) TRY(write_id_maps(pause.process.pid, id_base, 65536));
  TRY(pause.handshake.send_plan(plan.pause, {program.get()}));
  return pause;
}

}  // namespace podrun
