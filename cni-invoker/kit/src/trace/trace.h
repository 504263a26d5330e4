// Goes along with a program from one system call to the next, by ptrace(2): the program has no hooks for it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>

#include "kit/src/trace/steps.h"

namespace cni::kit {

// A process stands still: at the entry of a system call, or right behind its exec.
struct Stop {
  pid_t pid = -1;
  std::optional<SystemCall> call;
};

enum class Then {
  go_on,
  let_go,    // of this process, which runs free from now on
  kill_all,  // with SIGKILL, all that are watched, and wait until they have ended
  leave,     // at once; the caller's end lets go of everything
};

struct TraceOptions {
  bool children = false;  // what the program starts is watched too
};

// Watches the process `program` until that has ended, and returns its status as waitpid(2) has it; nullopt where the
// visitor has ended the watch, or it could not begin. `seized` is called once it is watched, and the process must wait
// for that. No more than one watch in a process, which must wait for no other children meanwhile.
std::optional<int> trace(pid_t program, const TraceOptions& options, const std::function<void()>& seized,
                         const std::function<Then(const Stop&)>& visit);

}  // namespace cni::kit
