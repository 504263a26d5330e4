// What the kernel has on cgroups of ours.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace integration {

// The content of a file of its cgroup, of whichever version the machine has; "../memory.max" is one of the cgroup
// above. Empty where there is none.
std::string cgroup_file(pid_t process, const std::string& controller, const std::string& v1_file,
                        const std::string& v2_file);

// The directories of the cgroup `parent` ("/name"), one in each hierarchy of the machine that has it. Never walk a whole
// hierarchy: others' cgroups come and go meanwhile.
std::vector<std::filesystem::path> cgroup_dirs(const std::string& parent);

}  // namespace integration
