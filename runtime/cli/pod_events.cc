#include "runtime/cli/pod_events.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "runtime/cli/container_state.h"
#include "runtime/tend/probes.h"

namespace podrun::cli {
namespace {

PodEvent event_of(const LivePod& pod, std::int64_t time, std::string reason, std::string message) {
  const Identity& who = pod.record.plan.who;
  return {.time = time,
          .is_warning = false,
          .reason = std::move(reason),
          .message = std::move(message),
          .container = "",
          .name_space = who.name_space,
          .name = who.name,
          .uid = who.uid};
}

class Events {
 public:
  Events(const LivePod& pod, std::int64_t saved_at) : pod_(pod), saved_at_(saved_at) {}

  void add(std::int64_t time, std::string reason, std::string message) {
    events_.push_back(event_of(pod_, time, std::move(reason), std::move(message)));
    events_.back().container = container_;
  }
  void warn(std::int64_t time, std::string reason, std::string message) {
    add(time, std::move(reason), std::move(message));
    events_.back().is_warning = true;
  }

  void add_container(const LiveContainer& container) {
    container_ = container.record.plan.name;
    if (const auto& before = container.before) add_attempt(before->record, before->status, before->probes);
    add_attempt(container.record, container.status, container.probes);
    if (const ContainerState state = state_of(pod_, container); state.reason == "CrashLoopBackOff")
      warn(container.status.exit ? container.status.exit->finished_at : 0, "BackOff", state.message);
    container_.clear();
  }

  void add_state() {
    const PodLife& life = pod_.record.life;
    if (life.deadline != 0 && life.state == PodState::ready) add(saved_at_, "Killing", "Asked its containers to end");
    if (life.state == PodState::stopping) add(saved_at_, "Stopping", "Stopping pod");
    if (life.state == PodState::starting) add(saved_at_, "Starting", "Starting pod");
    if (life.state == PodState::stopped) return add(saved_at_, "Stopped", "Stopped pod");
    if (life.state == PodState::deleting) add(saved_at_, "Deleting", "Deleting pod");
    if (pod_.reason.empty()) return;
    // A failure and an eviction are on record, a death is not.
    const std::int64_t time = life.failure.empty() && life.evicted.empty() ? 0 : saved_at_;
    warn(pod_.reason == kDeadlineExceeded ? active_until(pod_.record) : time, pod_.reason, pod_.message);
  }

  std::vector<PodEvent> in_order() && {
    std::stable_sort(events_.begin(), events_.end(), comes_earlier);
    return std::move(events_);
  }

 private:
  // Of each probe the last failure; and what came of them.
  void add_probes(const ContainerPlan& plan, const ProbeMemory& memory) {
    static constexpr std::array kNames{"Startup", "Liveness", "Readiness"};
    for (const ProbeKind kind : kProbeKinds)
      if (const Probed& probed = memory.of(kind); probed.failed_at != 0)
        warn(probed.failed_at, "Unhealthy",
             kNames.at(static_cast<std::size_t>(kind)) + std::string(" probe failed: ") + probed.failure);
    if (memory.post_start == ProbeMemory::Hook::failed)
      warn(memory.failed_at, "FailedPostStartHook", "PostStartHook failed: " + memory.failure);
    if (const auto verdict = tend::why_it_is_ended(plan, memory))
      add(std::max({memory.failed_at, memory.startup.failed_at, memory.liveness.failed_at}), "Killing",
          "Container " + plan.name + " failed " + verdict->failed + ", and is ended");
  }

  void add_attempt(const ContainerRecord& record, const ContainerStatus& status, const ProbeMemory& memory) {
    const auto& [plan, life] = record;
    const std::string name = plan.name + (plan.attempt == 0 ? "" : ", attempt " + std::to_string(plan.attempt));
    if (!life.failure.empty())
      return warn(status.exit ? status.exit->finished_at : 0, "Failed",
                  "Container " + name + " could not be started: " + life.failure);
    if (life.started_at == 0) return;
    add(life.started_at, "Started", "Started container " + name);
    add_probes(plan, memory);
    if (!status.running) add_end("Container " + name + " ended", status.exit);
  }

  // Its shim is killed with it.
  bool is_on_its_way_down() const {
    const PodLife& life = pod_.record.life;
    return life.is_terminating() || life.state == PodState::stopping || life.state == PodState::stopped;
  }

  void add_end(const std::string& what, const std::optional<ExitStatus>& exit) {
    if (!exit && pod_.shim_alive) return;  // it is about to tell
    // The record of a pod that has been stopped is saved once all are dead.
    if (!exit && is_on_its_way_down())
      return add(pod_.record.life.state == PodState::stopped ? saved_at_ : 0, "Killed", what + " with its pod");
    if (!exit) return warn(0, "ContainerStatusUnknown", what + "; nobody was there to tell how");
    const std::string by_signal = exit->signal == 0 ? "" : ", by signal " + std::to_string(exit->signal);
    add(exit->finished_at, exit->reason(), what + " with code " + std::to_string(exit->code) + by_signal);
    events_.back().is_warning = exit->code != 0;
  }

  const LivePod& pod_;
  std::int64_t saved_at_;
  std::string container_;
  std::vector<PodEvent> events_;
};

auto identity(const PodEvent& event) { return std::tie(event.reason, event.container, event.message); }

}  // namespace

bool comes_earlier(const PodEvent& a, const PodEvent& b) { return a.time != 0 && (b.time == 0 || a.time < b.time); }

std::int64_t saved_at(const Layout& layout, const LivePod& pod) {
  struct stat record {};
  if (::stat(layout.record(pod.record.plan.who.id).c_str(), &record) != 0) return 0;
  return record.st_mtim.tv_sec * std::int64_t{1'000'000'000} + record.st_mtim.tv_nsec;
}

std::vector<PodEvent> events_of(const LivePod& pod, std::int64_t saved_at) {
  Events events(pod, saved_at);
  events.add(pod.record.life.created_at, "Created", "Created pod");
  for (const LiveContainer& container : pod.containers) events.add_container(container);
  events.add_state();
  return std::move(events).in_order();
}

std::vector<PodEvent> news(const std::vector<PodEvent>& before, std::vector<PodEvent> now, std::int64_t noticed_at) {
  std::erase_if(now, [&](const PodEvent& event) {
    return std::any_of(before.begin(), before.end(),
                       [&](const PodEvent& known) { return identity(known) == identity(event); });
  });
  for (PodEvent& event : now)
    if (event.time == 0) event.time = noticed_at;
  return now;
}

PodEvent deletion_of(const LivePod& pod, std::int64_t noticed_at) {
  return event_of(pod, noticed_at, "Deleted", "Deleted pod");
}

}  // namespace podrun::cli
