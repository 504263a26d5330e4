// An OCI config made as strict as a pod of podrun's: its seccomp profile and capabilities, and the namespaces that are
// missing to its seven (user, of 65,536 ids, and cgroup).
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace bench {

void harden(nlohmann::json& config);

}  // namespace bench
