#include <sys/stat.h>

#include "cni/runner.h"

namespace cni {

// The execute bit is not looked at, as in libcni: a file that is there but cannot run is better told than passed over.
Result<std::string> ProcessRunner::find(std::string_view type, const std::vector<std::string>& dirs) {
  if (type.empty()) return Error{Kind::invalid, 0, "find plugin: its type is empty"};
  const std::string name(type);
  if (type.find('/') != std::string_view::npos || type.find('\0') != std::string_view::npos)
    return Error{Kind::invalid, 0, "find plugin '" + name + "': a type is a file name, not a path"};
  if (dirs.empty()) return Error{Kind::invalid, 0, "find plugin '" + name + "': no directories to search"};
  std::string searched;
  for (const std::string& dir : dirs) {
    if (dir.empty()) continue;
    std::string path = dir + "/" + name;
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) return path;
    searched += (searched.empty() ? "" : ", ") + dir;
  }
  return Error{Kind::not_found, ENOENT,
               "find plugin '" + name + "': not in " + searched +
                   "; install the package containernetworking-plugins, or name the plugins' directory"};
}

}  // namespace cni
