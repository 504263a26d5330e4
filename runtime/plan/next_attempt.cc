#include "runtime/plan/next_attempt.h"

namespace podrun {

void give_places(ContainerPlan& plan, const std::string& id, const Layout& layout) {
  plan.log_path = layout.log(id, plan.key());
  plan.writable = layout.writable(id, plan.key());
  plan.cgroup = plan.key();
}

ContainerPlan with_allotment(ContainerPlan plan, const PodPlan& pod) {
  const auto given = pod.allotments.find(plan.name);
  if (given == pod.allotments.end()) return plan;
  plan.limits = given->second.limits;
  plan.oom_score_adj = given->second.oom_score_adj;
  return plan;
}

ContainerPlan next_attempt(ContainerPlan plan, const std::string& id, const Layout& layout) {
  ++plan.attempt;
  give_places(plan, id, layout);
  return plan;
}

}  // namespace podrun
