#include "runtime/kernel/cgroup_dir.h"

#include <sys/stat.h>

namespace podrun {

Result<void> make_cgroup(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return Error::system(errno, "make cgroup '" + path + "'");
}

}  // namespace podrun
