// The standard streams of an exec that has no terminal.
#pragma once

#include <vector>

#include "runtime/sandbox/exec.h"

namespace podrun {

struct ExecStreams {
  std::vector<Fd> theirs;  // stdin, stdout, stderr
  Fd in, out, err;         // ours, as Session has them
};

// `user` and `group` as the host has them. Without `interactive` stdin is the null device of the container of `pid`.
Result<ExecStreams> make_streams(pid_t pid, const ExecOptions& options, std::uint32_t user, std::uint32_t group);

}  // namespace podrun
