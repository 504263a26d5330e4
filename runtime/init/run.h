// The inside of a sandbox: everything a new process does until it is the payload. Runs in a child cloned from a process
// with one thread (podrun-shim, podrun), in ordinary C++.
#pragma once

#include <cstdint>

#include "runtime/init/plan.h"
#include "runtime/kernel/channel.h"

namespace podrun::init {

// Receives the plan and carries it out; never returns. Every failure goes to the client through the channel, `entered`
// too: whether the caller could put itself where it should be.
[[noreturn]] void run(Channel channel, Result<void> entered = {});

// The two places where init has to know how its caller put it into the namespaces:
//
// A container process, cloned into no new namespace: joins pause's namespaces (`join`), then clones the process that
// goes on to run(), as a child of this one's parent, in new ones (`fresh`). On cgroup v1 it moves itself first, or the
// cgroup namespace would show the host's path. Returns the new process's pid as the caller's parent sees it.
Result<pid_t> enter_pod(int pause_pidfd, std::uint64_t join, std::uint64_t fresh, Channel& channel);

// An exec process joins its container. It was cloned with the container's pid namespace already.
Result<void> enter_container(int container_pidfd, std::uint64_t join);

}  // namespace podrun::init
