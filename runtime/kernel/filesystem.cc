#include "runtime/kernel/filesystem.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <sstream>

#include "base/files.h"

namespace podrun {

std::string filesystem_type(const std::string& path) {
  struct statx info {};
  const std::string mounts = base::read_file("/proc/self/mountinfo").value_or("");
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_MNT_ID, &info) == 0 && (info.stx_mask & STATX_MNT_ID) != 0) {
    // proc_pid_mountinfo(5): "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS FIELDS… - TYPE SOURCE OPTIONS"
    const std::string id = std::to_string(info.stx_mnt_id) + " ";
    std::istringstream lines(mounts);
    for (std::string line; std::getline(lines, line);) {
      const auto mark = line.find(" - ");
      if (!line.starts_with(id) || mark == std::string::npos) continue;
      return line.substr(mark + 3, line.find(' ', mark + 3) - mark - 3);
    }
  }
  return "unknown";
}

}  // namespace podrun
