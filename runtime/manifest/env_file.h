// Files of variables as Kubernetes has them from 1.35 on, a part of a shell's syntax: NAME='VALUE', where a value may
// have several lines, blank lines, and comments.
// https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-via-file/
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::manifest {

// The value of `key`; of several the first counts, and what stands behind it is not looked at. Empty: it is not there.
// The error names the line.
Result<std::optional<std::string>> find_in_env_file(std::string_view text, std::string_view key);

}  // namespace podrun::manifest
