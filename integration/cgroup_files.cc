#include "integration/cgroup_files.h"

#include <fstream>
#include <iterator>

#include "kit/src/host/mounts.h"

namespace integration {

std::string cgroup_file(pid_t process, const std::string& controller, const std::string& v1_file,
                        const std::string& v2_file) {
  std::ifstream cgroups("/proc/" + std::to_string(process) + "/cgroup");  // "4:memory:/path" or "0::/path"
  for (std::string line; std::getline(cgroups, line);) {
    const std::size_t names = line.find(':') + 1, path = line.find(':', names) + 1;
    const std::string name = line.substr(names, path - names - 1);
    const std::string file = name.empty() ? "/sys/fs/cgroup" + line.substr(path) + "/" + v2_file
                                          : "/sys/fs/cgroup/" + name + line.substr(path) + "/" + v1_file;
    const bool has_it = ("," + name + ",").find("," + controller + ",") != std::string::npos;  // "cpu,cpuacct"
    if (std::ifstream content(file); (name.empty() || has_it) && content)
      return {std::istreambuf_iterator<char>(content), {}};
  }
  return {};
}

std::vector<std::filesystem::path> cgroup_dirs(const std::string& parent) {
  std::vector<std::filesystem::path> dirs;
  for (const cni::kit::Mount& mount : cni::kit::mount_table()) {
    if (mount.type != "cgroup" && mount.type != "cgroup2") continue;
    std::error_code error;
    if (std::filesystem::path dir = mount.target + parent; std::filesystem::is_directory(dir, error))
      dirs.push_back(std::move(dir));
  }
  return dirs;
}

}  // namespace integration
