#include "runtime/plan/process.h"

#include <algorithm>

namespace podrun {
namespace {

std::vector<std::string> command_of(const ContainerSpec& spec, const ImageConfig& config) {
  // Kubernetes: `command` replaces both of the image's, `args` alone replaces its cmd.
  std::vector<std::string> args = spec.command;
  if (args.empty()) args = config.entrypoint;
  const auto& rest = !spec.args.empty() || !spec.command.empty() ? spec.args : config.cmd;
  args.insert(args.end(), rest.begin(), rest.end());
  return args;
}

void set_variable(std::vector<std::pair<std::string, std::string>>& env, const std::string& name, std::string value) {
  for (auto& variable : env)
    if (variable.first == name) {
      variable.second = std::move(value);
      return;
    }
  env.emplace_back(name, std::move(value));
}

bool has_variable(const std::vector<std::pair<std::string, std::string>>& env, std::string_view name) {
  for (const auto& variable : env)
    if (variable.first == name) return true;
  return false;
}

Result<User> user_of(const ContainerSpec& spec, const ContainerFacts& facts) {
  std::string wanted = facts.image.config.user;
  if (spec.security.run_as_user) wanted = std::to_string(*spec.security.run_as_user);
  if (spec.security.run_as_group) {
    wanted = wanted.substr(0, wanted.find(':'));
    wanted = (wanted.empty() ? "0" : wanted) + ":" + std::to_string(*spec.security.run_as_group);
  }
  User user = TRY(resolve_user(wanted, facts.passwd, facts.group));
  if (spec.security.run_as_non_root && user.uid == 0)
    return Error{Kind::invalid, 0,
                 "find the user: runAsNonRoot is set, but the container would run as root (set runAsUser)"};
  return user;
}

}  // namespace

Result<Process> make_process(const ContainerSpec& spec, const std::string& hostname, const ContainerFacts& facts) {
  const ImageConfig& config = facts.image.config;
  const User user = TRY(user_of(spec, facts));
  Process process;
  process.args = command_of(spec, config);
  if (process.args.empty())
    return Error{Kind::invalid, 0, "find the command: neither the manifest nor the image has one (set command)"};
  for (const auto& [name, value] : config.env) set_variable(process.env, name, value);
  for (const auto& [name, value] : spec.env) set_variable(process.env, name, value);
  if (!has_variable(process.env, "PATH"))
    set_variable(process.env, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  if (!has_variable(process.env, "HOSTNAME")) set_variable(process.env, "HOSTNAME", hostname);
  if (!has_variable(process.env, "HOME")) set_variable(process.env, "HOME", user.home);
  process.cwd = !spec.working_dir.empty() ? spec.working_dir : !config.working_dir.empty() ? config.working_dir : "/";
  process.uid = user.uid;
  process.gid = user.gid;
  if (spec.security.groups_of_image) process.groups = user.groups;
  for (const std::uint32_t group : spec.security.groups)
    if (std::find(process.groups.begin(), process.groups.end(), group) == process.groups.end())
      process.groups.push_back(group);
  process.capabilities = TRY(capabilities::resolve(spec.security.add_capabilities, spec.security.drop_capabilities));
  process.no_new_privileges = spec.security.no_new_privileges;
  process.seccomp = spec.security.seccomp;
  process.seccomp_filter = facts.seccomp_filter;
  process.apparmor_profile = facts.apparmor_profile;
  return process;
}

}  // namespace podrun
