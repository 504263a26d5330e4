// What a container's cgroup is given by the names of files: which processors and memory nodes, huge pages, and whatever
// else cgroup v2 has.
#pragma once

#include <string>
#include <string_view>

#include "runtime/kernel/cgroup.h"

namespace podrun {

// Whether it is the name of a controller's file, such as "memory.high": no path, and none of the cgroup's own
// ("cgroup.procs"), which move and end processes.
bool is_controller_file(std::string_view name);
std::string controller_of(const std::string& file);  // "memory"

// CgroupLimits::files and unified_files, all or none. Errors: those of check_controllers(), and Kind::unsupported where
// the controller has no such file.
Result<void> give_cgroup_files(const Cgroup& cgroup, const std::string& container, const CgroupLimits& limits);

}  // namespace podrun
