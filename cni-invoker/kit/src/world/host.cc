// Mounts and processes, as /proc tells them.
#include <algorithm>
#include <sstream>

#include "cni/base/files.h"
#include "kit/src/world/look.h"

namespace cni::kit::look {
namespace {

bool is_number(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

}  // namespace

void add_mounts(World& world) {
  std::istringstream lines(base::read_file("/proc/self/mountinfo").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    // ID PARENT DEVICE ROOT TARGET OPTIONS [TAG…] - TYPE SOURCE SUPEROPTIONS, proc_pid_mountinfo(5)
    std::istringstream fields(line);
    std::string id, parent, device, root, target, options, word, type;
    fields >> id >> parent >> device >> root >> target >> options;
    while (fields >> word && word != "-") {
    }
    fields >> type;
    add(world, {"mount", target, ""}, {{"type", type}, {"root", root}, {"options", options}});
  }
}

void add_processes(World& world) {
  for (const std::string& pid : base::list_dir("/proc").value_or({})) {
    if (!is_number(pid)) continue;
    std::string name = base::read_file("/proc/" + pid + "/comm").value_or("");
    if (name.empty()) continue;  // it has ended meanwhile
    name.pop_back();
    std::string command = base::read_file("/proc/" + pid + "/cmdline").value_or("");
    while (command.ends_with('\0')) command.pop_back();
    std::replace(command.begin(), command.end(), '\0', ' ');
    add(world, {"process", name + (command.empty() ? "" : ": " + command), ""}, {});
  }
}

}  // namespace cni::kit::look
