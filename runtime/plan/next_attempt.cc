#include "runtime/plan/next_attempt.h"

namespace podrun {

void give_places(ContainerPlan& plan, const std::string& id, const Layout& layout) {
  plan.log_path = layout.log(id, plan.key());
  plan.writable = layout.writable(id, plan.key());
  plan.cgroup = plan.key();
}

ContainerPlan next_attempt(ContainerPlan plan, const std::string& id, const Layout& layout) {
  ++plan.attempt;
  give_places(plan, id, layout);
  return plan;
}

}  // namespace podrun
