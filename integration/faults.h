// Breaks a program's N-th step: a system call that changes something outside the program (makes a directory, writes a
// file, mounts, clones, sends, …) fails with EIO, or the program is killed with SIGKILL in its place.
//
// Done from outside by ptrace(2), so the program under test has no hooks. Only the program itself is watched; what it
// starts runs free.
#pragma once

#include <string>

#include "integration/command.h"

namespace integration {

enum class Fault { fail, kill };

struct BrokenRun {
  bool reached = false;  // false: the program ended by itself before that step
  std::string step;      // "mkdir '/run/podrun/pods/1a2b…'"
  Output output;
};

// Runs the command with its `number`-th step (from 1) broken. stdin is command.in.
BrokenRun run_broken(const Command& command, int number, Fault fault);

// False where this processor's registers are not known here (only x86-64's are).
bool can_break();

}  // namespace integration
