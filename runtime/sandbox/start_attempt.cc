#include "runtime/sandbox/start_attempt.h"

#include "runtime/kernel/clock.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/sandbox/stop_container.h"

namespace podrun {
namespace {

Result<std::optional<Attachment>> start(const NewAttempt& attempt, const FirstClient& client,
                                        std::optional<Prepared>& prepared) {
  const PodRecord& pod = attempt.pod;
  const Fd user_ns = pod.plan.namespaces.host_users ? Fd() : TRY(open_namespace(pod.life.pause.pid, "user"));
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
  const VolumeLayers as_planned;
  const ContainerMakings makings{.host = attempt.host,
                                 .box = attempt.box,
                                 .pod = pod.plan,
                                 .life = pod.life,
                                 .cgroup = cgroup,
                                 .users = {pod.life.id_base, user_ns.get()},
                                 .volume_layers = as_planned};
  std::optional<PendingAttachment> pending;
  if (!client.container.empty())
    pending =
        TRY(PendingAttachment::make(attempt.host.layout(), pod.plan, attempt.container.plan.key(), client.with_stdin));
  prepared = TRY(launch(TRY(furnish(attempt.container, makings)), makings, attempt.shim));
  TRY(await_ready(*prepared, cgroup, attempt.shim, client.size));
  TRY(record_process(*prepared, attempt.box));
  std::optional<Attachment> attachment;
  if (pending) attachment = TRY(std::move(*pending).finish());
  TRY(release(*prepared, cgroup));
  return attachment;
}

}  // namespace

Result<std::optional<Attachment>> start_attempt(const NewAttempt& attempt, const FirstClient& client,
                                                std::optional<Prepared>& prepared) {
  return start(attempt, client, prepared).in("start container '" + attempt.container.plan.name + "'");
}

void give_up(const NewAttempt& attempt, std::optional<Prepared> prepared, const std::string& why) {
  ContainerRecord failed = prepared ? prepared->record : new_record(attempt.container);
  failed.life.failure = why;
  if (failed.life.started_at == 0) failed.life.started_at = wall_time();  // from when on its successor waits
  (void)attempt.box.save(failed);
  if (!prepared) return;
  prepared.reset();  // what waits for its client gives up, too
  (void)kill_container(attempt.host, attempt.pod, failed);
}

}  // namespace podrun
