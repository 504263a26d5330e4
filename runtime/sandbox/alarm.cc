#include "runtime/sandbox/alarm.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "runtime/sandbox/shim.h"

namespace podrun {
namespace {

void add(std::vector<std::string>& words, const char* option, const std::string& value) {
  if (!value.empty()) words.insert(words.end(), {option, value});
}

// Beside it the shim is looked for, and pause.
std::string own_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string found(path.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  // From a mount of its own it has no path; then the name is the path that it was started under.
  return found.rfind('/') > 0 && size > 0 ? found : program_invocation_name;
}

// As this podrun was asked to work.
std::vector<std::string> words_of_tend(const Host& host, const std::string& id) {
  const HostOptions& options = host.options;
  std::vector<std::string> words{own_path()};
  add(words, "--state-dir", options.directories.state);
  add(words, "--data-dir", options.directories.data);
  add(words, "--netns-dir", options.directories.netns);
  add(words, "--cgroup-parent", options.cgroup_parent);
  add(words, "--cni-conf-dir", options.cni_conf_dir);
  std::string dirs;
  for (const std::string& dir : options.cni_bin_dirs) dirs += (dirs.empty() ? "" : ":") + dir;
  add(words, "--cni-bin-dir", dirs);
  if (options.cni_timeout) add(words, "--cni-timeout", std::to_string(options.cni_timeout->count()) + "ms");
  words.insert(words.end(), {"system", "tend", id});
  return words;
}

}  // namespace

bool is_to_be_tended(const NewPod& pod) {
  return pod.plan.restart != RestartPolicy::never ||
         std::any_of(pod.containers.begin(), pod.containers.end(),
                     [](const NewContainer& container) { return container.plan.role != ContainerRole::main; });
}

Result<void> set_alarm(const Host& host, const PodPlan& pod, const Cgroup& cgroup, ShimClient& shim,
                       std::int64_t when) {
  const Fd program = TRY(open_self(pod.namespaces.host_users));
  return shim.set_alarm(when, words_of_tend(host, pod.who.id), program, TRY(cgroup.keep_entry()));
}

}  // namespace podrun
