// A container ended, and nothing else: its pod goes on.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "runtime/sandbox/host.h"
#include "runtime/sandbox/pod_end.h"

namespace podrun {

// Its preStop, its stop signal, time, then SIGKILL to all that is in its cgroup. No lock is held meanwhile: another may
// end it with less patience. Once its exit is on file, or the shim that would have written it is gone, comes `then`. Of
// one that does not run, at once. `grace_period`: empty for the pod's own. `host` outlives it.
PodEnd begin_container_stop(const Host& host, const PodRecord& pod, const ContainerRecord& container,
                            std::optional<std::chrono::seconds> grace_period, PodEnd::Finish then);

// Told before it is asked to end: no restart policy makes it run again, until somebody starts it. Or is not `held` any
// more. Returns its latest attempt.
Result<ContainerRecord> hold_container(const Host& host, const std::string& id, const std::string& name,
                                       bool held = true);

// Kind::not_found when it does not run.
Result<void> signal_container(const ContainerRecord& container, int signal);

// Everything in its cgroup, at once. Returns when its exit is on file, or nobody is there to write it. Of one that has
// been launched.
Result<void> kill_container(const Host& host, const PodRecord& pod, const ContainerRecord& container);

// Between a death and the shim's word of it lies a moment. False where it did not come.
bool await_exit(const Host& host, const PodRecord& pod, const ContainerPlan& container);

}  // namespace podrun
