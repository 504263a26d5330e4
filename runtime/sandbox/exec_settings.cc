#include "runtime/sandbox/exec_settings.h"

#include <algorithm>

#include "runtime/image/image.h"

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

Result<void> change_user(ProcessSettings& settings, pid_t pid, const std::string& wanted) {
  const std::string passwd = TRY(read_in_container(pid, "/etc/passwd"));
  const std::string group = TRY(read_in_container(pid, "/etc/group"));
  const std::string own = std::to_string(settings.uid);
  const User before = TRY(resolve_user(own, passwd, group));
  // ":GROUP" is a group for the container's own user, who need not be root.
  const User user = TRY(resolve_user(wanted.starts_with(':') ? own + wanted : wanted, passwd, group));
  settings.uid = user.uid;
  settings.gid = user.gid;
  settings.groups = user.groups;
  // Unless the manifest or the image chose another than the container's user has.
  if (const auto home = find_variable(settings.env, "HOME"); home != settings.env.end() && home->second == before.home)
    home->second = user.home;
  return {};
}

}  // namespace

Result<ProcessSettings> exec_settings(const ContainerRecord& container, const ExecOptions& options) {
  ProcessSettings settings = container.settings;
  settings.args = options.command;
  if (options.user && !options.user->empty()) TRY(change_user(settings, container.process.pid, *options.user));
  for (const auto& variable : options.env) {
    std::erase_if(settings.env, [&](const auto& old) { return old.first == variable.first; });
    settings.env.push_back(variable);
  }
  if (options.terminal && find_variable(settings.env, "TERM") == settings.env.end())
    settings.env.emplace_back("TERM", "xterm");
  if (options.working_dir) settings.cwd = *options.working_dir;
  return settings;
}

}  // namespace podrun
