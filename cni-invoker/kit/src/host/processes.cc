#include "kit/src/host/processes.h"

#include <algorithm>
#include <cstdlib>

#include "cni/base/files.h"

namespace cni::kit {

std::vector<Process> processes() {
  std::vector<Process> found;
  for (const std::string& pid : base::list_dir("/proc").value_or({})) {
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string name = base::read_file("/proc/" + pid + "/comm").value_or("");
    if (name.empty()) continue;  // it has ended meanwhile
    name.pop_back();
    std::string command = base::read_file("/proc/" + pid + "/cmdline").value_or("");
    while (command.ends_with('\0')) command.pop_back();
    std::replace(command.begin(), command.end(), '\0', ' ');
    found.push_back({std::atoi(pid.c_str()), name + (command.empty() ? "" : ": " + command)});
  }
  return found;
}

}  // namespace cni::kit
