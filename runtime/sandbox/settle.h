// What stands under a name or an id and should not, taken away before it is in the way.
#pragma once

#include <optional>
#include <string>

#include "runtime/sandbox/recover.h"

namespace podrun {

// Takes away what is left of a pod that does not stand, unless somebody is at work on it; nothing where there is
// nothing to do.
std::optional<Recovered> settle_pod(const Host& host, const std::string& id);

// The same of whoever has reserved the name.
Result<void> settle_name(const Host& host, const std::string& name_space, const std::string& name);

// What the first command after a boot owes to the last one; create_pod() does it by itself.
Result<void> settle_after_boot(const Host& host);

}  // namespace podrun
