// Taking a pod's box (store.h) from whoever has it: by waiting, or by force.
#pragma once

#include <optional>
#include <string>

#include "runtime/store/store.h"

namespace podrun {

// Kind::not_found when there is none; empty when there was one and its holder removed it. EINTR when a
// signal ended the wait.
Result<std::optional<Box>> take_box(const Store& store, const std::string& id);

// Ends the podrun that holds it, as `delete --force` does: by SIGTERM, as one that undoes what it has done leaves no
// plugin half-way, then by SIGKILL.
Result<std::optional<Box>> take_box_by_force(const Store& store, const std::string& id);

}  // namespace podrun
