// What a container is doing, as the kubelet says it: for the JSON, the tables and people alike.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/live_pod.h"

namespace podrun::cli {

struct ContainerState {
  enum class What { waiting, running, terminated };
  What what = What::waiting;
  std::string reason;   // of one that waits or has ended: "PodInitializing", "CrashLoopBackOff", "Completed"
  std::string message;  // where there is more to say
};

ContainerState state_of(const LivePod& pod, const LiveContainer& container);
ContainerState state_of_ended(const ContainerRecord& record, const ContainerStatus& status);

// The attempt that ended before what `container` does now: status.lastState, and what `logs --previous` prints. While
// its next attempt waits that is the latest one.
struct EndedAttempt {
  const ContainerRecord* record = nullptr;  // null: there is none
  const ContainerStatus* status = nullptr;
};
EndedAttempt last_ended(const LivePod& pod, const LiveContainer& container);

// The attempt of the container called `name`, which the pod has, whose log is meant. As the kubelet decides it: of one
// that waits, the attempt that ended before; `previous` asks for that in any case. Kind::not_found where there is none,
// busy where it has yet to begin.
Result<ContainerRecord> attempt_with_log(const LivePod& pod, const std::string& name, bool previous);

// Kubernetes' ready: an init container is once it has succeeded, others are while they run and their probes say so, but
// an ephemeral one never is, and nobody waits for that.
bool is_ready(const LiveContainer& container);

bool is_init(const LiveContainer& container);  // of initContainers, sidecars among them
bool is_ephemeral(const LiveContainer& container);
const char* list_of(const LiveContainer& container);  // the list of a Pod's spec that it stands in: "containers"
bool is_initialized(const LivePod& pod);              // all of those have succeeded, or started as sidecars, once
const char* waiting_reason(bool pod_has_init);        // of one whose turn has not come
std::string container_id(const PodRecord& pod, const ContainerRecord& container);

}  // namespace podrun::cli
