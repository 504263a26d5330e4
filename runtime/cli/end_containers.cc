#include "runtime/cli/end_containers.h"

#include "base/interruption.h"
#include "runtime/cli/each_pod.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/sandbox/stop_container.h"

namespace podrun::cli {
namespace {

struct MeantPod {
  Pod pod;
  std::size_t left = 0;  // of its containers
  bool has_failed = false;
};

struct MeantContainer {
  std::size_t pod;
  std::string name;
  bool is_held = false;  // by us, for what is to come
};

class Ends {
 public:
  Ends(Context& context, const Host& host, const EndContainers& how) : context_(context), host_(host), how_(how) {}

  void add(const PodTarget& target) {
    auto found = find(target);
    if (!found) return failures_.add(Result<void>(found.error()).in(act_on(target.name)).error());
    auto& [pod, containers] = *found;
    for (const MeantPod& one : pods_)
      if (one.pod.record.plan.who.id == pod.record.plan.who.id) return;  // named twice
    pods_.push_back({std::move(pod), containers.size()});
    for (const ContainerRecord& one : containers) containers_.push_back({pods_.size() - 1, one.plan.name});
    if (containers.empty()) say_acted(context_, target.name, how_.done);
  }

  int run() {
    end_pods(
        containers_.size(), [this](std::size_t number) { return begin(containers_[number]); },
        [this](std::size_t number, const Result<void>& result) { tell(containers_[number], result); });
    return failures_.exit_code();
  }

 private:
  std::string act_on(const std::string& pod) const { return how_.command + " pod \"" + pod + "\""; }

  Result<std::pair<Pod, std::vector<ContainerRecord>>> find(const PodTarget& target) const {
    TRY(base::check_interruption());
    Pod pod = TRY(host_.store.load_whole(TRY(find_id(host_.store, target.name_space, target.name))));
    auto containers = TRY(how_.which(pod));
    return std::pair{std::move(pod), std::move(containers)};
  }

  Result<PodEnd> begin(MeantContainer& one) {
    const PodRecord& pod = pods_[one.pod].pod.record;
    const ContainerRecord held = TRY(hold_container(host_, pod.plan.who.id, one.name));
    one.is_held = how_.then != nullptr;
    return begin_container_stop(host_, pod, held, how_.grace, [this, &one]() -> Result<void> {
      one.is_held = false;
      return how_.then ? how_.then(pods_[one.pod].pod, one.name) : Result<void>();
    });
  }

  void tell(const MeantContainer& one, const Result<void>& result) {
    MeantPod& pod = pods_[one.pod];
    const Identity& who = pod.pod.record.plan.who;
    if (one.is_held) (void)hold_container(host_, who.id, one.name, false);
    if (!result) {
      pod.has_failed = true;
      failures_.add(Result<void>(result).in(act_on(who.name)).error());
    }
    if (--pod.left == 0 && !pod.has_failed) say_acted(context_, who.name, how_.done);
  }

  Context& context_;
  const Host& host_;
  const EndContainers& how_;
  Failures failures_;
  std::vector<MeantPod> pods_;
  std::vector<MeantContainer> containers_;
};

}  // namespace

Result<int> end_containers(Context& context, const Host& host, const PodChoice& choice, const EndContainers& how) {
  TRY(context.require_root(how.command));
  const std::vector<PodTarget> targets = TRY(choose_pods(context, choice, how.command));
  TRY(be_ready_to_end(context, targets));
  base::listen_for_interruption();
  Ends ends(context, host, how);
  for (const PodTarget& target : targets) ends.add(target);
  if (targets.empty()) note("No resources found");
  return ends.run();
}

}  // namespace podrun::cli
