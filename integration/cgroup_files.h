// What the kernel has on a process's cgroup.
#pragma once

#include <sys/types.h>

#include <string>

namespace integration {

// The content of a file of its cgroup, of whichever version the machine has; "../memory.max" is one of the cgroup
// above. Empty where there is none.
std::string cgroup_file(pid_t process, const std::string& controller, const std::string& v1_file,
                        const std::string& v2_file);

}  // namespace integration
