#include "runtime/sandbox/target.h"

#include <linux/capability.h>

#include "runtime/sandbox/attempts.h"

namespace podrun {
namespace {

std::uint64_t pids_of(const ContainerRecord& container) {
  const auto found = container.life.namespaces.find("pid");
  return found != container.life.namespaces.end() ? found->second : 0;
}

bool may_trace(const ContainerRecord& container) {
  return (container.plan.process.capabilities >> CAP_SYS_PTRACE & 1U) != 0;
}

}  // namespace

Result<Fd> open_target(const Box& box, const PodPlan& pod, const std::string& name) {
  const ContainerRecord target = TRY(attempts_of(box, name)).back();
  auto process = open_process(target.life.process);
  if (!process) return Error{Kind::not_found, ESRCH, "container '" + name + "' is not running"};
  if (!pod.namespaces.host_users) return process;
  for (const ContainerRecord& other : TRY(box.load_containers()))
    if (pids_of(other) == pids_of(target) && may_trace(other) && is_alive(other.life.process))
      return Error{Kind::denied, 0,
                   "see the processes of container '" + name + "': container '" + other.plan.name +
                       "' may trace what comes there, with the host's users and SYS_PTRACE (podrun exec is out of its "
                       "reach)"};
  return process;
}

}  // namespace podrun
