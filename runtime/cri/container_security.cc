#include "runtime/cri/container_security.h"

#include <algorithm>
#include <limits>

#include "base/files.h"
#include "runtime/cri/invalid.h"
#include "runtime/cri/pod_plan.h"
#include "runtime/kernel/capabilities.h"
#include "runtime/plan/apparmor.h"
#include "runtime/sandbox/seccomp_profile.h"

namespace podrun::cri {
namespace {

Error not_a_right(const std::string& field, const std::string& why) {
  return invalid("security_context." + field, why);
}

Result<std::uint32_t> id_of(std::int64_t number, const char* field) {
  if (number < 0 || number >= std::numeric_limits<std::uint32_t>::max())
    return not_a_right(field, std::to_string(number) + " is no id");
  return static_cast<std::uint32_t>(number);
}

Result<void> give_user(const api::LinuxContainerSecurityContext& security, ContainerSpec& spec, ContainerFacts& facts) {
  const std::string& name = security.run_as_username();
  TRY(check_group(security.has_run_as_group(), security.has_run_as_user() || !name.empty()));
  SecuritySpec& given = spec.security;
  if (security.has_run_as_user())
    given.run_as_user = TRY(id_of(security.run_as_user().value(), "run_as_user"));
  else if (!name.empty())
    facts.image.config.user = name;
  if (security.has_run_as_group()) given.run_as_group = TRY(id_of(security.run_as_group().value(), "run_as_group"));
  for (const std::int64_t group : security.supplemental_groups())
    given.groups.push_back(TRY(id_of(group, "supplemental_groups")));
  given.groups_of_image = security.supplemental_groups_policy() != api::Strict;
  return {};
}

struct Profile {
  bool is_there = false;  // else nothing is filtered
  std::string file;       // empty: podrun's own
};

constexpr std::string_view kLocalhost = "localhost/";

// The message, and where there is none the string that was before it.
Result<Profile> seccomp_of(const api::LinuxContainerSecurityContext& security) {
  if (security.has_seccomp()) {
    const api::SecurityProfile& asked = security.seccomp();
    if (asked.profile_type() == api::SecurityProfile::Unconfined) return Profile{};
    if (asked.profile_type() == api::SecurityProfile::RuntimeDefault) return Profile{true, ""};
    if (!asked.localhost_ref().starts_with('/'))
      return not_a_right("seccomp.localhost_ref", "expected an absolute path");
    return Profile{true, asked.localhost_ref()};
  }
  const std::string& path = security.seccomp_profile_path();
  if (path.empty() || path == "unconfined") return Profile{};
  if (path == "runtime/default" || path == "docker/default") return Profile{true, ""};
  if (!path.starts_with(kLocalhost)) return not_a_right("seccomp_profile_path", "'" + path + "' is no profile");
  return Profile{true, path.substr(kLocalhost.size())};
}

// From the message where there is one, else from the older string. The name of a profile stands behind "localhost/" in
// the string; some clients write that in the message, too.
Result<AppArmorSpec> apparmor_of(const api::LinuxContainerSecurityContext& security) {
  using Type = AppArmorSpec::Type;
  if (security.privileged()) return AppArmorSpec{Type::unconfined, ""};
  std::string asked = security.apparmor_profile();
  if (security.has_apparmor()) {
    const api::SecurityProfile& profile = security.apparmor();
    if (profile.profile_type() == api::SecurityProfile::Unconfined) return AppArmorSpec{Type::unconfined, ""};
    if (profile.profile_type() == api::SecurityProfile::RuntimeDefault) return AppArmorSpec{Type::runtime_default, ""};
    asked = profile.localhost_ref();
  } else {
    if (asked.empty()) return AppArmorSpec{};
    if (asked == "unconfined") return AppArmorSpec{Type::unconfined, ""};
    if (asked == "runtime/default") return AppArmorSpec{Type::runtime_default, ""};
    if (!asked.starts_with(kLocalhost)) return not_a_right("apparmor_profile", "'" + asked + "' is no profile");
  }
  if (asked.starts_with(kLocalhost)) asked.erase(0, kLocalhost.size());
  if (const std::string problem = problem_of_apparmor_profile(asked); !problem.empty())
    return not_a_right("apparmor", problem);
  return AppArmorSpec{Type::localhost, std::move(asked)};
}

Result<void> check_labels(const api::LinuxContainerSecurityContext& security) {
  if (!security.selinux_options().type().empty() && base::path_exists("/sys/fs/selinux/enforce"))
    return Error{Kind::unsupported, 0, "security_context.selinux_options: podrun-cri labels nothing (docs/cri.md)"};
  return {};
}

std::vector<std::string> names(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

}  // namespace

Result<void> give_security(const api::LinuxContainerSecurityContext& security,
                           const api::LinuxSandboxSecurityContext& of_pod, const MachineFacts& machine,
                           ContainerSpec& spec, ContainerFacts& facts) {
  if (security.privileged() && !of_pod.privileged()) return not_a_right("privileged", "its pod is not");
  TRY(give_user(security, spec, facts));
  TRY(check_labels(security));
  SecuritySpec& given = spec.security;
  given.apparmor = TRY(apparmor_of(security));
  // Its warning, that RuntimeDefault finds no profile, is dropped: the server has logged it at its start.
  facts.apparmor_profile = TRY(choose_profile(given.apparmor, machine.apparmor).in("security_context.apparmor")).name;
  given.read_only_root = security.readonly_rootfs();
  given.no_new_privileges = security.no_new_privs();
  given.privileged = security.privileged();
  given.masks_kernel_files = !security.privileged();
  given.add_capabilities = names(security.capabilities().add_capabilities());
  given.drop_capabilities = names(security.capabilities().drop_capabilities());
  for (const std::string& name : security.capabilities().add_ambient_capabilities())
    given.add_capabilities.push_back(name);
  if (security.privileged()) {
    given.add_capabilities = {"ALL"};
    given.drop_capabilities.clear();
    given.seccomp = false;
    return {};
  }
  const Profile profile = TRY(seccomp_of(security));
  given.seccomp = profile.is_there;
  if (!profile.file.empty()) facts.seccomp_filter = TRY(find_seccomp_filter("/", profile.file.substr(1)));
  return {};
}

Result<void> finish_security(const api::LinuxContainerSecurityContext& security, ContainerPlan& plan) {
  Process& process = plan.process;
  for (const std::string& name : security.capabilities().add_ambient_capabilities())
    process.ambient |= TRY(capabilities::parse(name)) & process.capabilities;
  if (std::find(process.groups.begin(), process.groups.end(), process.gid) == process.groups.end())
    process.groups.insert(process.groups.begin(), process.gid);
  if (security.privileged()) return {};
  if (security.masked_paths_size() + security.readonly_paths_size() == 0) return {};
  plan.masked = names(security.masked_paths());
  plan.read_only = names(security.readonly_paths());
  return {};
}

}  // namespace podrun::cri
