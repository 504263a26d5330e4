#include "runtime/sandbox/alarm.h"

#include <algorithm>

#include "runtime/model/probe_memory.h"
#include "runtime/sandbox/shim.h"

namespace podrun {
namespace {

void add(std::vector<std::string>& words, const char* option, const std::string& value) {
  if (!value.empty()) words.insert(words.end(), {option, value});
}

// As this podrun was asked to work.
Result<std::vector<std::string>> words_of_tend(const Host& host, const std::string& id) {
  const HostOptions& options = host.options;
  std::vector<std::string> words{TRY(own_path())};
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
  return pod.plan.restart != RestartPolicy::never || pod.plan.removed_at_end || is_anybody_asked(pod) ||
         std::any_of(pod.containers.begin(), pod.containers.end(),
                     [](const NewContainer& container) { return container.plan.role != ContainerRole::main; });
}

bool is_anybody_asked(const NewPod& pod) {
  return std::any_of(pod.containers.begin(), pod.containers.end(),
                     [](const NewContainer& container) { return is_asked(container.plan); });
}

Result<void> set_alarm(const Host& host, const PodPlan& pod, const Cgroup& cgroup, ShimClient& shim,
                       std::int64_t when) {
  const Fd program = TRY(open_self(pod.namespaces.host_users));
  return shim.set_alarm(when, TRY(words_of_tend(host, pod.who.id)), program, TRY(cgroup.keep_entry()));
}

}  // namespace podrun
