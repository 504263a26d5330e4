#include "runtime/cli/container_state.h"

#include <algorithm>

#include "runtime/cli/time_text.h"
#include "runtime/kernel/clock.h"
#include "runtime/tend/back_off.h"

namespace podrun::cli {
namespace {

bool waits_to_be_made_again(const LivePod& pod, const LiveContainer& container) {
  return is_made_again(pod.record, pod.containers, container, wall_time()) &&
         tend::back_off_after(container.record, container.status) != 0;
}

std::string back_off_message(const PodRecord& pod, const LiveContainer& container) {
  const auto wait = std::chrono::nanoseconds(tend::back_off_after(container.record, container.status));
  return "back-off " + age(std::chrono::duration_cast<std::chrono::seconds>(wait)) +
         " restarting failed container=" + container.record.plan.name + " pod=" + pod.plan.who.name + "_" +
         pod.plan.who.name_space + "(" + pod.plan.who.uid + ")";
}

// It has no log, and nothing to be asked for.
bool never_ran(const ContainerRecord& attempt) { return attempt.life.process.empty() && !attempt.life.failure.empty(); }

}  // namespace

bool is_init(const LiveContainer& container) { return podrun::is_init(container.record.plan.role); }

bool is_ephemeral(const LiveContainer& container) { return container.record.plan.role == ContainerRole::ephemeral; }

const char* list_of(const LiveContainer& container) {
  if (is_ephemeral(container)) return "ephemeralContainers";
  return is_init(container) ? "initContainers" : "containers";
}

bool is_ready(const LiveContainer& container) {
  if (is_ephemeral(container)) return false;
  if (container.record.plan.role != ContainerRole::init) return container.is_ready();
  return container.has_ended() && !container.has_failed();
}

bool is_initialized(const LivePod& pod) {
  const auto is_past = [](const LiveContainer& container) {
    if (container.record.plan.role == ContainerRole::sidecar) return container.has_started();
    return !is_init(container) || is_ready(container);
  };
  const auto has_begun = [](const LiveContainer& container) {
    return container.record.plan.role == ContainerRole::main && !container.is_waiting();
  };
  return std::all_of(pod.containers.begin(), pod.containers.end(), is_past) ||
         std::any_of(pod.containers.begin(), pod.containers.end(), has_begun);
}

const char* waiting_reason(bool pod_has_init) { return pod_has_init ? "PodInitializing" : "ContainerCreating"; }

std::string container_id(const PodRecord& pod, const ContainerRecord& container) {
  return "podrun://" + pod.plan.who.id + "/" + container.plan.key();
}

// The shim died before it could tell: what the kubelet says of containers it lost.
ContainerState state_of_ended(const ContainerRecord& record, const ContainerStatus& status) {
  if (!status.exit) return {ContainerState::What::terminated, "ContainerStatusUnknown", ""};
  return {ContainerState::What::terminated, status.exit->reason(),
          status.exit->start_failed ? record.life.failure : status.exit->message};
}

ContainerState state_of(const LivePod& pod, const LiveContainer& container) {
  const ContainerStatus& status = container.status;
  if (status.running) return {ContainerState::What::running, "", ""};
  if (container.is_waiting())
    return {ContainerState::What::waiting,
            waiting_reason(std::any_of(pod.containers.begin(), pod.containers.end(), is_init)), ""};
  if (waits_to_be_made_again(pod, container))
    return {ContainerState::What::waiting, "CrashLoopBackOff", back_off_message(pod.record, container)};
  return state_of_ended(container.record, status);
}

EndedAttempt last_ended(const LivePod& pod, const LiveContainer& container) {
  if (container.has_ended() && waits_to_be_made_again(pod, container)) return {&container.record, &container.status};
  if (!container.before) return {};
  return {&container.before->record, &container.before->status};
}

Result<ContainerRecord> attempt_with_log(const LivePod& pod, const std::string& name, bool previous) {
  const auto container = std::find_if(pod.containers.begin(), pod.containers.end(),
                                      [&](const LiveContainer& one) { return one.record.plan.name == name; });
  const std::string what = "container \"" + name + "\" in pod \"" + pod.record.plan.who.name + "\" ";
  const bool is_silent = container->is_waiting() || never_ran(container->record);
  const ContainerRecord* ended = last_ended(pod, *container).record;
  if (ended != nullptr && never_ran(*ended)) ended = container->before ? &container->before->record : nullptr;
  if (ended != nullptr && never_ran(*ended)) ended = nullptr;
  if (previous && ended == nullptr) return Error{Kind::not_found, 0, "previous terminated " + what + "not found"};
  if (previous || (is_silent && ended != nullptr)) return *ended;
  if (is_silent) return Error{Kind::busy, 0, what + "is waiting to start: " + state_of(pod, *container).reason};
  return container->record;
}

}  // namespace podrun::cli
