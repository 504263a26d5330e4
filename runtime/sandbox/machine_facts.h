// What a plan has to know of the machine alone, found out: reads, and asks the kernel.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/plan/facts.h"

namespace podrun {

// But for what whoever runs podrun has chosen: cgroup_parent and unsafe_sysctls. `host_network`: the files of /etc are
// those of the machine itself. Errors: those of CgroupHost::discover().
Result<MachineFacts> find_machine(bool host_network);

std::string machine_name();      // its hostname, which is a pod's spec.nodeName
std::uint64_t machine_memory();  // in bytes

}  // namespace podrun
