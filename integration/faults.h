// Breaks a program's N-th step: a system call that changes something outside the program (makes a directory, writes a
// file, mounts, clones, sends, …) fails with EIO, its process is killed with SIGKILL in its place, or gets SIGTERM
// during it. To be interrupted, the program's end is a step as well.
//
// Done from outside by ptrace(2), so the program under test has no hooks.
#pragma once

#include <string>

#include "integration/command.h"

namespace integration {

enum class Fault { fail, kill, interrupt };

// Whose steps count. What is no program of ours (CNI plugins, containers' payloads) runs free always.
enum class Watch {
  program,   // the program itself; what it starts runs free
  children,  // the processes of ours that it starts (the shim, and what becomes pause and containers); in the order
             // they come, so which step is the N-th may differ from run to run
};

struct BrokenRun {
  bool reached = false;  // false: the program ended before that step
  std::string step;      // "mkdir '/run/podrun/pods/1a2b…'"
  Output output;
};

// Runs the command with its `number`-th step (from 1) broken. stdin is command.in.
BrokenRun run_broken(const Command& command, int number, Fault fault, Watch watch = Watch::program);

// False where this processor's registers are not known here (only x86-64's are).
bool can_break();

namespace detail {
// Watches the stopped process `program` until that step is broken or the program ended; then lets everything go. Writes
// "describe()" of the step to `results`. Closes `start_signal` when the program may go on. Never returns.
[[noreturn]] void trace_and_break(pid_t program, int number, Fault fault, Watch watch, int start_signal, int results);
}  // namespace detail

}  // namespace integration
