// What a process hands down to whatever it starts, although nobody said so: each of these as a process has it that a
// service manager started on a machine where nobody set anything. So what is in a pod does not depend on who made it,
// nor from where.
#pragma once

#include "runtime/kernel/types.h"

namespace podrun {

// For the calling process, which has one thread, and what it becomes and clones: signals (default, none blocked), file
// mode mask 022, scheduling (SCHED_OTHER, niceness 0, every processor its cpuset has, any memory node), I/O priority,
// timer slack, resource limits, OOM score, personality, what a core dump holds, a session keyring of its own.
//
// To be called while the process still has the host's capabilities, and before it joins any namespace. What the kernel
// refuses stays as it was: without CAP_SYS_RESOURCE a hard limit cannot be raised, nor an OOM score lowered. What
// nobody can take back stays too: no_new_privs, seccomp filters, a bounding set, an audit id.
void clean_slate();

// What clean_slate() cannot give back, by its name in /proc/PID/limits: a hard limit that was lowered below what a pod
// starts with, where CAP_SYS_RESOURCE is missing. "cpu time, open files"; empty: nothing.
std::string limits_out_of_reach();

// None ignored, handled or blocked. System calls alone, so also for a child that shares our memory.
void default_signals();

// What a program that blocked signals, for its signalfd, does before it is the payload.
void unblock_signals();

// A session keyring that is nobody else's (session-keyring(7)); the old one's keys are out of reach then.
void fresh_keyring();

// Of the calling process. Lower than a process without CAP_SYS_RESOURCE may go is no error: then it stays.
Result<void> set_oom_score_adj(int value);

}  // namespace podrun
