#include "runtime/kernel/cgroup_dir.h"

#include <sys/stat.h>

#include <charconv>

#include "base/files.h"

namespace podrun {

Result<void> make_cgroup(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return Error::system(errno, "make cgroup '" + path + "'");
}

Result<void> make_cgroup_with_parents(const std::string& path) {
  auto made = make_cgroup(path);
  return !made && made.error().error_number == ENOENT ? base::make_dirs(path) : std::move(made);
}

std::vector<pid_t> processes_of(const std::string& path) {
  std::vector<pid_t> pids;
  const auto text = base::read_file(path + "/cgroup.procs");
  if (!text) return pids;
  const char* at = text->data();
  const char* const end = at + text->size();
  for (pid_t pid = 0; at < end; ++at) {
    const auto [next, error] = std::from_chars(at, end, pid);
    if (error != std::errc{}) break;
    if (pid > 0) pids.push_back(pid);  // 0: of a pid namespace that is not ours
    at = next;
  }
  return pids;
}

}  // namespace podrun
