#include "runtime/sandbox/exec_process.h"

#include <algorithm>

#include "runtime/image/image.h"
#include "runtime/plan/late_values.h"

namespace podrun {
namespace {

// The container's own files say who a user is. They are read through the container's root, where a link leads no
// further than that root.
Result<std::string> read_in_container(pid_t pid, const std::string& path) {
  return read_from_layers({"/proc/" + std::to_string(pid) + "/root"}, path);
}

auto find_variable(std::vector<std::pair<std::string, std::string>>& env, std::string_view name) {
  return std::find_if(env.begin(), env.end(), [&](const auto& variable) { return variable.first == name; });
}

Result<void> change_user(Process& process, pid_t pid, const std::string& wanted) {
  const std::string passwd = TRY(read_in_container(pid, "/etc/passwd"));
  const std::string group = TRY(read_in_container(pid, "/etc/group"));
  const std::string own = std::to_string(process.uid);
  const User before = TRY(resolve_user(own, passwd, group));
  // ":GROUP" is a group for the container's own user, who need not be root.
  const User user = TRY(resolve_user(wanted.starts_with(':') ? own + wanted : wanted, passwd, group));
  process.uid = user.uid;
  process.gid = user.gid;
  process.groups = user.groups;
  // Unless the manifest or the image chose another than the container's user has.
  if (const auto home = find_variable(process.env, "HOME"); home != process.env.end() && home->second == before.home)
    home->second = user.home;
  return {};
}

}  // namespace

Result<Process> exec_process(const PodRecord& pod, const ContainerRecord& container, const ExecOptions& options) {
  Process process =
      with_file_values(with_addresses(container.plan.process, pod.plan, pod.life), container.life.file_values);
  process.args = options.command;
  if (options.user && !options.user->empty()) TRY(change_user(process, container.life.process.pid, *options.user));
  for (const auto& variable : options.env) {
    std::erase_if(process.env, [&](const auto& old) { return old.first == variable.first; });
    process.env.push_back(variable);
  }
  if (options.terminal && find_variable(process.env, "TERM") == process.env.end())
    process.env.emplace_back("TERM", "xterm");
  process.terminal = options.terminal;
  if (options.working_dir) process.cwd = *options.working_dir;
  return process;
}

}  // namespace podrun
