#include "runtime/sandbox/tending.h"

#include <algorithm>

#include "runtime/kernel/clock.h"
#include "runtime/sandbox/ask.h"
#include "runtime/sandbox/ending.h"
#include "runtime/sandbox/stop_container.h"
#include "runtime/tend/probes.h"

namespace podrun {
namespace {

using Act = tend::Step::Act;

bool is_same(const tend::Step& one, const tend::Step& other) {
  return one.act == other.act && one.kind == other.kind && one.container == other.container &&
         one.attempt == other.attempt;
}

}  // namespace

void Tending::begin(const PodRecord& pod, const LiveContainer& container, const tend::Step& step) {
  if (std::any_of(under_way_.begin(), under_way_.end(), [&](const UnderWay& one) { return is_same(one.step, step); }))
    return;
  const ContainerPlan& plan = container.record.plan;
  UnderWay one{
      .step = step, .pod = pod, .container = container.record, .began = wall_time(), .task = {}, .question = {}};
  switch (step.act) {
    case Act::start:
      return;
    case Act::stop: {
      const std::uint32_t grace = step.grace_period.value_or(pod.plan.grace_period);
      auto ending = grace > 0 ? Ending::of(pod, container.record) : nullptr;
      if (ending) ending->ask(host_, boot_time() + grace * kSecond);
      one.task = std::move(ending);
      break;
    }
    case Act::greet:
      one.question = ask(pod, container.record, *plan.hooks.post_start, 0);
      break;
    case Act::ask: {
      const ProbePlan& probe = *plan.probes.of(step.kind);
      one.question = ask(pod, container.record, probe.action, boot_time() + probe.timeout * kSecond);
      break;
    }
  }
  under_way_.push_back(std::move(one));
}

void Tending::forget_ended(const std::vector<LiveContainer>& containers) {
  const auto runs = [&](const UnderWay& one) {
    return std::any_of(containers.begin(), containers.end(), [&](const LiveContainer& container) {
      return container.status.running && container.record.plan.key() == one.container.plan.key();
    });
  };
  std::erase_if(under_way_, [&](const UnderWay& one) { return one.question && !runs(one); });
}

Result<bool> Tending::go_on(std::vector<LiveContainer>& containers, std::int64_t at) {
  std::vector<Fd> processes;
  for (const LiveContainer& one : containers)
    if (one.status.running)
      if (auto process = open_process(one.record.life.process)) processes.push_back(std::move(*process));
  const std::int64_t now = boot_time();
  const std::int64_t until = at == 0 ? now + kSecond : now + std::clamp<std::int64_t>(at - wall_time(), 0, kSecond);
  bool only_answers = true;
  for (bool is_over = false; !is_over;) {
    for (auto one = under_way_.begin(); one != under_way_.end();) {
      if (one->work() != nullptr && !one->work()->go_on()) {
        ++one;
        continue;
      }
      is_over = true;
      only_answers = TRY(finish(*one, containers)) && only_answers;
      one = under_way_.erase(one);
    }
    if (is_over) return only_answers;
    if (boot_time() >= until) break;
    probe::Wait wait;
    for (const Fd& process : processes) wait.for_fd(process.get(), POLLIN);
    for (const UnderWay& one : under_way_) one.work()->await(wait);
    wait.at_most_until(until);
    TRY(probe::wait_for(wait));
    is_over = std::any_of(wait.fds.begin(), wait.fds.begin() + static_cast<std::ptrdiff_t>(processes.size()),
                          [](const pollfd& process) { return process.revents != 0; });
  }
  return false;
}

// What came of one that has ended meanwhile says nothing.
Result<bool> Tending::finish(const UnderWay& one, std::vector<LiveContainer>& containers) const {
  const ContainerPlan& plan = one.container.plan;
  const std::string& id = one.pod.plan.who.id;
  if (one.step.act == Act::stop) TRY(kill_container(host_, one.pod, one.container));
  const auto container = std::find_if(containers.begin(), containers.end(), [&](const LiveContainer& other) {
    return other.record.plan.key() == plan.key();
  });
  if (one.step.act == Act::stop || container == containers.end() || !is_alive(one.container.life.process)) return false;
  ProbeMemory memory = container->probes;
  if (one.step.act == Act::greet)
    tend::remember_greeting(one.began, one.question->outcome(), memory);
  else
    tend::remember(plan, one.step.kind, one.began, one.question->outcome(), memory);
  TRY(save_probes(host_.layout(), id, plan, container->probes, memory)
          .in("remember a probe of container '" + plan.name + "'"));
  container->probes = memory;
  return true;
}

}  // namespace podrun
