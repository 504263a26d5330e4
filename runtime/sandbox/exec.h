// A command in a running container, started by podrun itself. No lock of the pod, no plan-making, no round trip to the
// shim: join, become the user, clone, exec.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sandbox/host.h"

namespace podrun {

struct ExecOptions {
  std::string container;                                 // empty: the pod's first
  std::vector<std::string> command;                      // looked up in the container's PATH
  std::optional<std::string> user;                       // "name|uid[:group|gid]"
  std::vector<std::pair<std::string, std::string>> env;  // added to the container's
  std::optional<std::string> working_dir;
  bool interactive = false;  // else stdin is /dev/null
  bool terminal = false;
};

// With the caller's stdin, stdout and stderr; returns its exit code (128 + signal). A command that cannot be run makes
// 127 (not found) or 126 (not executable), as shells do, and one line to `warn` that says why.
Result<int> exec(const Pod& pod, const ExecOptions& options, const Warn& warn);

}  // namespace podrun
