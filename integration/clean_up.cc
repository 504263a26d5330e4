#include "integration/clean_up.h"

#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/files.h"
#include "integration/cgroup_files.h"
#include "integration/command.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

// In pid 1's place somebody reaps, so what was killed vanishes.
std::vector<pid_t> other_processes() {
  std::vector<pid_t> pids;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    if (pid != 1 && pid != ::getpid()) pids.push_back(pid);
  }
  return pids;
}

// Deepest first.
bool remove_cgroup_tree(const fs::path& dir) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error))
    if (entry.is_directory(error) && !remove_cgroup_tree(entry.path())) return false;
  return ::rmdir(dir.c_str()) == 0 || errno == ENOENT;
}

}  // namespace

void end_everything() {
  if (::getppid() != 1) return;  // only inside own_host are all processes ours
  eventually([] {
    const std::vector<pid_t> pids = other_processes();
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    return pids.empty();
  });
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator("/run/netns", error)) {
    ::umount2(entry.path().c_str(), MNT_DETACH);
    ::unlink(entry.path().c_str());
  }
}

void remove_cgroups(const std::string& parent) {
  for (const fs::path& dir : cgroup_dirs(parent)) eventually([&] { return remove_cgroup_tree(dir); });
}

}  // namespace integration
