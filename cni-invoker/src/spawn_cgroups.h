// The cgroups a plugin is to run in, and the clone that is born in one of them.
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

}  // namespace cni
