// Mounts and processes, as /proc tells them.
#include <algorithm>

#include "cni/base/files.h"
#include "kit/src/host/mounts.h"
#include "kit/src/world/look.h"

namespace cni::kit::look {
namespace {

bool is_number(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

}  // namespace

void add_mounts(World& world) {
  for (const Mount& mount : mount_table())
    add(world, {"mount", mount.target, ""}, {{"type", mount.type}, {"root", mount.root}, {"options", mount.options}});
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
