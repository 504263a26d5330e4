// A command in a running container, started by its caller itself. No lock of the pod, no plan-making, no round trip to
// the shim: join, become the user, clone, exec.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sandbox/host.h"
#include "runtime/sandbox/terminal_size.h"

namespace podrun {

struct ExecOptions {
  std::string container;                                 // empty: the pod's first
  std::vector<std::string> command;                      // looked up in the container's PATH
  std::optional<std::string> user;                       // "name|uid[:group|gid]"
  std::vector<std::pair<std::string, std::string>> env;  // added to the container's
  std::optional<std::string> working_dir;
  bool interactive = false;  // else stdin is /dev/null
  bool one_output = false;   // stdout and stderr are one pipe, so that what comes keeps its order
  bool terminal = false;
  TerminalSize size;  // of the terminal
};

// A command that runs. Its streams are not its caller's but pipes, or a terminal of its own: the caller's terminal
// would let it read what is typed later, a file would be its to chmod, and what it leaves running would hold a pipe
// open. Whoever has the session carries the bytes.
struct Session {
  Fd in;                  // non-blocking, as the next two; empty: its stdin is /dev/null
  Fd out, err;            // `err` is empty with one output
  bool terminal = false;  // then `in` and `out` are its master
  Fd pidfd;               // a child of the caller's, which is to be waited for
};

// The detail of an error of start_exec(): everything is in order but the command, which is not found (Kind::not_found)
// or cannot be executed.
struct CommandCannotRun : base::ErrorDetail {};

// Returns when the command runs. The caller has one thread, and is as it was before; after an error nothing is left of
// the attempt. Kind::denied into a pod of the host's users unless runs_read_only().
Result<Session> start_exec(const Pod& pod, const ExecOptions& options);
// In that container, whatever the options say.
Result<Session> start_exec(const PodRecord& pod, const ContainerRecord& container, const ExecOptions& options);

// Whether the calling program is out of reach of a container whose root is the host's root: such a one could write to
// it through its /proc/PID/exe (CVE-2019-5736).
bool runs_read_only();

}  // namespace podrun
