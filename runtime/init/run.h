// The inside of a sandbox: everything a new process does until it is the payload. Runs in a child cloned from a process
// with one thread (podrun-shim, podrun), in ordinary C++.
#pragma once

#include <cstdint>

#include "runtime/init/plan.h"
#include "runtime/kernel/channel.h"

namespace podrun::init {

// A process made in its namespaces already: receives the plan and carries it out. Every failure goes to the client
// through the channel.
[[noreturn]] void run(Channel channel);

// Processes that join others' namespaces are made by one in between, cloned into no new namespace: nobody inside can
// see that one, and what it makes shows nothing of the host (CVE-2016-9962). Even a container with CAP_SYS_PTRACE and
// the host's users, which may trace whatever it sees, finds neither the host's root nor a descriptor of the host's
// there.
//
// A container's process: joins pause's namespaces (`join`), then clones the process that goes on to run(), as a child
// of this one's parent, in new ones (`fresh`). On cgroup v1 the caller has moved itself first, or the cgroup namespace
// would show the host's path. Returns the new process's pid as the caller's parent sees it.
Result<pid_t> enter_pod(int pause_pidfd, std::uint64_t join, std::uint64_t fresh, Channel channel);

// An exec: joins the container's namespaces and does all of the plan, seccomp included. Where the pid namespace is
// among them, the process that is seen inside is cloned at the end. Where the caller was cloned into that already,
// there is no other: only for containers with a user namespace, whose capabilities do not reach a process that has not
// exec'd since it came. `so_far`: whether the caller could put itself where it should be.
[[noreturn]] void enter_container(int container_pidfd, std::uint64_t join, Channel channel, Result<void> so_far);

// What reads or writes files of a container for us: joins its mount namespace and, where it has one, its user
// namespace, and stands in its root as its root, with capabilities for files alone and the default seccomp filter. It
// stays out of the container's pid namespace: nobody inside sees it, nor can hold it up. Nothing is left open but the
// channel and
// `*stream`, whose number changes.
Result<void> enter_files(int container_pidfd, std::uint64_t join, Channel& channel, int* stream);

}  // namespace podrun::init
