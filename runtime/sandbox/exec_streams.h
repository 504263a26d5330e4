// The standard streams of an exec. Those of podrun's caller never get into a container: a terminal would read what is
// typed later, a file would change hands, and what is left running would hold a pipe open. The container gets pipes of
// its own, and podrun carries bytes.
#pragma once

#include <vector>

#include "runtime/sandbox/relay.h"

namespace podrun {

struct ExecStreams {
  std::vector<Fd> theirs;  // stdin, stdout, stderr
  Relay in, out, err;
};

// `user` and `group` as the host has them. Without `interactive` stdin is the null device of the container of `pid`.
Result<ExecStreams> make_streams(pid_t pid, bool interactive, std::uint32_t user, std::uint32_t group);

// The same through a terminal, whose master this is.
ExecStreams terminal_streams(const Fd& master, bool interactive);

}  // namespace podrun
