#include "runtime/sandbox/update_pod.h"

#include "base/files.h"
#include "runtime/plan/limits.h"
#include "runtime/plan/next_attempt.h"
#include "runtime/plan/oom_score.h"
#include "runtime/sandbox/pod_facts.h"
#include "runtime/sandbox/stands.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/usage/pod_usage.h"

namespace podrun {
namespace {

Result<void> check_that_it_may_change(const PodRecord& pod) {
  if (!can_start_again(pod.plan))
    return Error{Kind::unsupported, 0, "it is of an older podrun (delete it, and create it anew)"};
  if (can_be_updated(pod)) return {};
  return Error{Kind::busy, 0, "it neither runs nor is it stopped"};
}

bool has_cgroup(const Cgroup& cgroup, const std::string& name) {
  for (const char* controller : {"pids", "memory", "cpu"})
    if (const std::string dir = cgroup.directory(controller, name); !dir.empty()) return base::path_exists(dir);
  return false;
}

// Nobody is asked whether it lives: what cannot be answered would be a no.
Result<std::vector<ContainerRecord>> that_have_not_ended(const Host& host, const Box& box, const Cgroup& cgroup) {
  std::vector<ContainerRecord> all = TRY(box.load_containers());
  std::erase_if(all, [&](const ContainerRecord& one) {
    return base::path_exists(host.layout().exit_file(box.id(), one.plan.key())) || !has_cgroup(cgroup, one.plan.cgroup);
  });
  return all;
}

void give_limits(PodPlan& plan, const ChangedResources& changed) {
  plan.who.manifest = changed.manifest;
  plan.limits = pod_limits(changed.spec);
  for (const ContainerSpec& container : changed.spec.containers)
    plan.allotments[container.name] = {.limits = container_limits(changed.spec, container),
                                       .oom_score_adj = oom_score_adj(changed.spec, container, machine_memory())};
}

// The kubelet, too, puts such a change off. What can be given back without ending anything does not count.
Result<void> check_that_it_fits(const CgroupHost& host, const PodRecord& pod,
                                const std::vector<ContainerRecord>& containers) {
  std::vector<const ContainerRecord*> all;
  for (const ContainerRecord& one : containers) all.push_back(&one);
  const PodUsage usage = read_usage(host, pod, all);
  if (const auto& limit = pod.plan.limits.memory_bytes;
      limit && usage.cgroup.memory && usage.cgroup.memory->working_set > *limit)
    return Error{Kind::busy, EBUSY,
                 "its containers use " + std::to_string(usage.cgroup.memory->working_set) +
                     " bytes of memory, more than the new limit of " + std::to_string(*limit)};
  for (const ContainerUsage& one : usage.containers) {
    const auto given = pod.plan.allotments.find(one.name);
    const auto& memory = one.cgroup.memory;
    if (given == pod.plan.allotments.end() || !memory) continue;
    const auto& limit = given->second.limits.memory_bytes;
    if (!limit || memory->working_set <= *limit) continue;
    return Error{Kind::busy, EBUSY,
                 "container '" + one.name + "' uses " + std::to_string(memory->working_set) +
                     " bytes of memory, more than the new limit of " + std::to_string(*limit)};
  }
  return {};
}

Result<void> give_cgroups(const Cgroup& cgroup, const PodRecord& pod, const std::vector<ContainerRecord>& containers) {
  TRY(cgroup.change(pod.plan.limits));
  for (const ContainerRecord& one : containers)
    TRY(cgroup.change_container(one.plan.cgroup, with_allotment(one.plan, pod.plan).limits)
            .in("container '" + one.plan.name + "'"));
  return {};
}

Result<void> record_as_done(const Box& box, PodRecord pod) {
  pod.life.resizing = false;
  return box.save(pod).in("record the update");
}

}  // namespace

bool can_be_updated(const PodRecord& pod) {
  return can_start_again(pod.plan) &&
         (pod.life.state == PodState::stopped || (stands(pod) && !pod.life.is_terminating()));
}

Result<void> update_pod(const Host& host, const std::string& id, const std::vector<ResourceChange>& changes) {
  const auto box = TRY(take_box(host.store, id));
  if (!box) return Error{Kind::not_found, ENOENT, "the pod is gone"};
  const PodRecord before = TRY(box->load());
  TRY(check_that_it_may_change(before));
  PodRecord pod = before;
  give_limits(pod.plan, TRY(change_resources(before.plan.who.manifest, changes)));
  if (pod.life.state == PodState::stopped) return record_as_done(*box, std::move(pod));

  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
  const auto containers = TRY(that_have_not_ended(host, *box, cgroup));
  TRY(check_that_it_fits(cgroup.host(), pod, containers));
  pod.life.resizing = true;
  TRY(box->save(pod).in("record the update"));
  auto given = give_cgroups(cgroup, pod, containers);
  if (given) return record_as_done(*box, std::move(pod));
  PodRecord put_back = before;
  put_back.life.resizing = !give_cgroups(cgroup, before, containers);
  (void)box->save(put_back);
  return given;
}

Result<void> finish_update(const Host& host, const Box& box, PodRecord pod) {
  const Cgroup cgroup(TRY(CgroupHost::discover()), pod.plan.cgroup_path);
  TRY(give_cgroups(cgroup, pod, TRY(that_have_not_ended(host, box, cgroup))));
  return record_as_done(box, std::move(pod));
}

}  // namespace podrun
