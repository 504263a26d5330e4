#include "runtime/cli/live_pod.h"

#include <utility>

#include "runtime/cli/end_message.h"
#include "runtime/kernel/clock.h"
#include "runtime/sandbox/machine_facts.h"

namespace podrun::cli {
namespace {

constexpr const char* kDeleteInterrupted = "its delete died; podrun recover finishes it, or podrun delete";

// The kubelet's words, which people look for.
constexpr const char* kEvicted = "Evicted";
constexpr const char* kTooLong = "Pod was active on the node longer than the specified deadline";

bool has_failed_by_deadline(const LivePod& pod) {
  return pod.phase == Phase::failed && has_exceeded_deadline(pod.record, pod.containers, wall_time());
}

bool was_evicted(const LivePod& pod) { return pod.phase == Phase::failed && !pod.record.life.evicted.empty(); }

void say_why(LivePod& pod) {
  const auto because = [&pod](const char* reason, std::string message) {
    pod.reason = reason;
    pod.message = std::move(message);
  };
  const bool older_boot = pod.record.life.boot_id != boot_id();
  switch (pod.record.life.state) {
    case PodState::creating:
      if (pod.lock_holder == 0)
        because("CreateInterrupted", "its create died; podrun recover removes what is left, or podrun delete");
      return;
    case PodState::deleting:
      if (!pod.record.life.failure.empty()) {
        because("DeleteFailed", pod.record.life.failure);
      } else if (pod.lock_holder == 0) {
        because("DeleteInterrupted", kDeleteInterrupted);
      }
      return;
    case PodState::stopping:
      if (!pod.record.life.failure.empty()) {
        because("StopFailed", pod.record.life.failure);
      } else if (pod.lock_holder == 0 && (pod.record.life.deadline == 0 || is_overdue(pod.record))) {
        because("StopInterrupted", "its stop died; podrun stop goes on from there, and podrun delete");
      }
      return;
    case PodState::starting:
      if (pod.lock_holder == 0) because("StartInterrupted", "its start died; podrun stop, then podrun start");
      return;
    case PodState::stopped:
      if (was_evicted(pod)) return because(kEvicted, pod.record.life.evicted);
      if (has_failed_by_deadline(pod)) return because(kDeadlineExceeded, kTooLong);
      because("Stopped", "nothing of it runs; podrun start makes it run again");
      return;
    case PodState::ready:
      if (older_boot) {
        because("MachineRebooted", "it was made before the machine was started; podrun delete removes what is left");
      } else if (!pod.shim_alive || !pod.pause_alive) {
        because("SandboxGone", std::string("its ") + (pod.shim_alive ? "pause" : "shim") +
                                   " process is gone; podrun delete removes what is left");
      } else if (is_overdue(pod.record) && pod.lock_holder == 0) {
        because("DeleteInterrupted", kDeleteInterrupted);
      } else if (was_evicted(pod)) {
        because(kEvicted, pod.record.life.evicted);
      } else if (has_failed_by_deadline(pod)) {
        because(kDeadlineExceeded, kTooLong);
      } else if (pod.record.life.resizing && pod.lock_holder == 0) {
        because("UpdateInterrupted", "its update died; podrun recover finishes it, or podrun update");
      }
      return;
  }
}

bool has_moved_on(const Store& store, const LivePod& pod) {
  bool is_odd = !pod.reason.empty();
  for (const LiveContainer& one : pod.containers) {
    if (!one.has_ended() || one.status.exit) continue;
    if (status_of(store.layout(), pod.record, one.record).exit) return true;  // its shim told, and was killed
    is_odd = true;
  }
  if (!is_odd || pod.lock_holder != 0) return false;
  const PodLife& life = pod.record.life;
  const auto now = store.load(pod.record.plan.who.id);
  return !now || now->life.state != life.state || now->life.failure != life.failure ||
         now->life.resizing != life.resizing;
}

}  // namespace

LivePod look_at(const Store& store, Pod seen) {
  LivePod pod;
  pod.record = std::move(seen.record);
  const PodLife& life = pod.record.life;
  pod.containers = look_at(store.layout(), pod.record, std::move(seen.containers), std::move(seen.previous));
  show_messages(pod.containers);
  const SandboxStatus sandbox = sandbox_of(pod.record);
  pod.node = machine_name();
  pod.shim_alive = sandbox.shim;
  pod.pause_alive = sandbox.pause;
  pod.phase = phase_of(pod.record, sandbox, pod.containers, wall_time());
  // Only asked where the answer matters: the question takes the lock for a moment.
  if (life.state != PodState::ready || is_overdue(pod.record) || life.resizing)
    pod.lock_holder = store.lock_holder(pod.record.plan.who.id).value_or(0);
  say_why(pod);
  if (!seen.broken.empty() && pod.reason.empty()) {
    pod.phase = Phase::unknown;
    pod.reason = "RecordUnreadable";
    pod.message = "the record of its container '" + seen.broken.front() +
                  "' cannot be read; podrun delete --force removes the pod";
  }
  return pod;
}

Result<LivePod> look_at_settled(const Store& store, PodRecord record) {
  for (;;) {
    LivePod pod = look_at(store, TRY(store.whole(std::move(record))));
    if (!has_moved_on(store, pod)) return pod;
    record = TRY(store.load(pod.record.plan.who.id));
  }
}

}  // namespace podrun::cli
