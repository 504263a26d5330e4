#include "runtime/plan/ephemeral.h"

#include <sched.h>

#include <algorithm>

#include "runtime/plan/container.h"

namespace podrun {
namespace {

const ContainerRecord* find(const Pod& pod, const std::string& name) {
  const auto found = std::find_if(pod.containers.begin(), pod.containers.end(),
                                  [&](const ContainerRecord& one) { return one.plan.name == name; });
  return found != pod.containers.end() ? &*found : nullptr;
}

}  // namespace

Result<void> check_ephemeral(const EphemeralSpec& spec, const Pod& pod) {
  const std::string& name = spec.container().name;
  const std::string& pod_name = pod.record.plan.who.name;
  if (find(pod, name) != nullptr)
    return Error{Kind::exists, EEXIST, "pod '" + pod_name + "' has a container '" + name + "' already"};
  if (!spec.target.empty() && find(pod, spec.target) == nullptr)
    return Error{Kind::not_found, ENOENT, "pod '" + pod_name + "' has no container '" + spec.target + "' to look at"};
  return {};
}

Result<ContainerPlan> make_ephemeral_plan(const EphemeralSpec& spec, const Pod& pod, const ContainerFacts& facts,
                                          const MachineFacts& machine, const Layout& layout) {
  TRY(check_ephemeral(spec, pod));
  ContainerPlan plan = TRY(make_container_plan(spec.pod, spec.container(), pod.record.plan, facts, machine, layout));
  plan.role = ContainerRole::ephemeral;
  plan.asked = spec.asked;
  for (const ContainerRecord& other : pod.containers) plan.position = std::max(plan.position, other.plan.position + 1);
  const bool would_have_its_own = (plan.fresh & CLONE_NEWPID) != 0;
  if (spec.target.empty() || !would_have_its_own) return plan;
  plan.target = spec.target;
  plan.fresh &= ~std::uint64_t{CLONE_NEWPID};
  return plan;
}

}  // namespace podrun
