// Programs of the host's: the running one, and such as are run to their end for us, like skopeo.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

struct ProgramEnd {
  int code = 0;        // its exit code, or 128 + signal
  std::string errors;  // what it printed on stderr, the last 16 KiB
};

// argv[0] is looked up in PATH. It has our environment, /dev/null as stdin and stdout, and is killed when this process
// ends. `meanwhile`, where there is one, is called five times a second. For callers with one thread that listen for an
// interruption: one that comes is passed on as SIGTERM, then SIGKILL, and is the error. Errors: not_found, where there
// is no such program.
Result<ProgramEnd> run_program(const std::vector<std::string>& argv, const std::function<void()>& meanwhile = nullptr);

// Where the running program is, or was when it was started from a mount of its own.
Result<std::string> own_path();

}  // namespace podrun
