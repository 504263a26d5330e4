// Getting a plugin into its cgroups before it is the plugin.
#pragma once

#include <string>
#include <vector>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni {

struct Cgroups {
  std::vector<Fd> files;  // to write "0" to
  Fd version2;            // the directory of one of version 2, whose file is the last in `files`; or none
};

// `paths`: RunRequest::cgroup_files.
Result<Cgroups> open_cgroups(const std::vector<std::string>& paths);

// In a child between fork and exec: it has a sibling, born in the cgroup of version 2. As fork(2): 0 in the sibling,
// its pid in the child; -1: before Linux 5.7, or under a filter that knows no clone3.
//
// To move there takes about 15 ms, because the kernel has every fork and exit wait for it (cgroup_attach_lock(), an RCU
// grace period). To be born there takes none.
long clone_sibling_into(const Cgroups& cgroups);

}  // namespace cni
