#include "runtime/sandbox/attempts.h"

#include <algorithm>

#include "base/files.h"
#include "runtime/plan/next_attempt.h"
#include "runtime/sandbox/remove_container.h"

namespace podrun {

Result<std::vector<ContainerRecord>> attempts_of(const Box& box, const std::string& name) {
  std::vector<ContainerRecord> attempts = TRY(box.load_containers());
  std::erase_if(attempts, [&](const ContainerRecord& one) { return one.plan.name != name; });
  std::sort(attempts.begin(), attempts.end(),
            [](const auto& one, const auto& other) { return one.plan.attempt < other.plan.attempt; });
  if (attempts.empty()) return Error{Kind::not_found, 0, "container '" + name + "' not found"};
  return attempts;
}

bool is_used(const Host& host, const std::string& id, const ContainerRecord& attempt) {
  return !attempt.life.process.empty() || !attempt.life.failure.empty() ||
         base::path_exists(host.layout().exit_file(id, attempt.plan.key()));
}

Result<ContainerPlan> plan_next(const Host& host, const Box& box, const PodRecord& pod,
                                const std::vector<ContainerRecord>& attempts) {
  const ContainerPlan last = with_allotment(attempts.back().plan, pod.plan);
  const bool goes_on = is_used(host, box.id(), attempts.back());
  const std::size_t kept = goes_on ? 1 : 2;
  for (std::size_t i = 0; i + kept < attempts.size(); ++i) TRY(remove_container(host, box, pod, attempts[i]));
  return goes_on ? next_attempt(last, box.id(), host.layout()) : last;
}

}  // namespace podrun
