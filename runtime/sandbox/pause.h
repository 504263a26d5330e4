// The pod's first process: its namespaces exist as soon as pause does.
#pragma once

#include "runtime/model/plan.h"
#include "runtime/sandbox/etc_mount.h"
#include "runtime/sandbox/shim.h"

namespace podrun {

// Has the shim clone it, and gives it its ids (`id_base`, unless the host's are used), its plan and the pod's `etc`. Its namespaces are
// there when this returns; its mounts, which containers get a copy of, when its handshake's expect_exec() has.
Result<NewProcess> start_pause(const PodPlan& pod, std::uint32_t id_base, const EtcMount& etc, ShimClient& shim);

}  // namespace podrun
