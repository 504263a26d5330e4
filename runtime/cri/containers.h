// Containers made, started, changed, stopped and removed.
#pragma once

#include "runtime/cri/backend.h"

namespace podrun::cri {

// The id of a container that is on record, and has no process. The same attempt asked for again is the same container.
Result<std::string> create_container(const Backend& backend, const api::CreateContainerRequest& request);
Result<void> start_container(const Backend& backend, const std::string& id);
// Returns when it has ended. Its stop signal, then `timeout` seconds, then SIGKILL to all of it; at once where that is
// 0 or less. One that is not there, or does not run, is success.
Result<void> stop_container(const Backend& backend, const std::string& id, std::int64_t timeout);
Result<void> remove_container(const Backend& backend, const std::string& id);
// What is 0 or empty stays as it is.
Result<void> update_container(const Backend& backend, const api::UpdateContainerResourcesRequest& request);
Result<void> reopen_log(const Backend& backend, const std::string& id);

}  // namespace podrun::cri
