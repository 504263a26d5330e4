#include "runtime/sandbox/remove_container.h"

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/sandbox/patience.h"

namespace podrun {
namespace {

// The log, and those that it was before.
Result<void> remove_logs(const std::string& log_path) {
  TRY(base::remove_file(log_path));
  const std::string dir = log_path.substr(0, log_path.rfind('/'));
  const std::string older = log_path.substr(dir.size() + 1) + ".";
  for (const std::string& name : base::list_dir(dir).value_or({}))
    if (name.starts_with(older)) TRY(base::remove_file(dir + "/" + name));
  return {};
}

}  // namespace

// The record goes last: until then it says what there may be.
Result<void> remove_container(const Host& host, const Box& box, const PodRecord& pod,
                              const ContainerRecord& container) {
  const ContainerPlan& plan = container.plan;
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
  TRY(cgroup.kill_container(plan.cgroup, kKillPatience));
  TRY(cgroup.remove_container(plan.cgroup));
  TRY(base::remove_tree(plan.writable));
  // Elsewhere they are whoever's that said where.
  if (plan.log_path.starts_with(host.layout().pod_data(box.id()) + "/")) TRY(remove_logs(plan.log_path));
  TRY(base::remove_file(host.layout().probe_memory(box.id(), plan.key())));
  TRY(base::remove_file(host.layout().message_file(box.id(), plan.key())));
  TRY(base::remove_file(host.layout().exit_file(box.id(), plan.key())));
  TRY(base::remove_file(host.layout().container_record(box.id(), plan.key())));
  return plan.id.empty() ? Result<void>() : host.store.release_container(plan.id);
}

}  // namespace podrun
