#include "spawn_cgroups.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni {

Result<Cgroups> open_cgroups(const std::vector<std::string>& paths) {
  Cgroups cgroups;
  Fd last;
  for (const std::string& path : paths) {
    Fd file = TRY(base::open_file(path, O_WRONLY));
    struct statfs filesystem {};
    const std::size_t slash = path.rfind('/');
    if (!last && path.substr(slash + 1) == "cgroup.procs" && ::fstatfs(file.get(), &filesystem) == 0 &&
        filesystem.f_type == CGROUP2_SUPER_MAGIC) {
      cgroups.version2 = TRY(base::open_file(path.substr(0, slash), O_PATH | O_DIRECTORY));
      last = std::move(file);
    } else {
      cgroups.files.push_back(std::move(file));
    }
  }
  if (last) cgroups.files.push_back(std::move(last));
  return cgroups;
}

}  // namespace cni
