// Commands in containers, and what else hands descriptors to and fro. A worker makes it, and the bytes are carried
// here.
#pragma once

#include <chrono>

#include "runtime/cri/backend.h"

namespace podrun::cri {

struct ExecResult {
  int code = 0;
  std::string out, err;
};

// `timeout` 0: none. Kind::timeout when it was killed for that, with what it had started in its session. Of each output
// no more is kept than both can have in one answer.
Result<ExecResult> exec_sync(const Backend& backend, const std::string& id, const std::vector<std::string>& command,
                             std::chrono::seconds timeout);

// Of one that runs. Kind::not_found, or busy where it does not.
Result<SeenContainer> running_container(const Backend& backend, const std::string& id);

}  // namespace podrun::cri
