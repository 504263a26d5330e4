#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::uint64_t kMostId = 2'147'483'647;  // Kubernetes' bound: ids are signed for some of its parts
constexpr std::uint64_t kIdsOfPod = 65'536;       // how many ids a pod's own user namespace has

// What the container says wins over what the pod says; the reader is the one that said it, for errors.
const Reader& speaker(std::string_view field, const Reader& container, const Reader& pod) {
  return container.has(field) ? container : pod;
}

// "cap_net_admin" → "NET_ADMIN". Whether the kernel knows it is for the plan to say.
std::vector<std::string> read_capabilities(const Reader& capabilities, std::string_view field) {
  std::vector<std::string> names = capabilities.texts(field);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string upper = names[i];
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (upper.starts_with("CAP_")) upper.erase(0, 4);
    if (upper.empty() || upper.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string::npos)
      capabilities.bad(field, i, quote(names[i]) + " is no capability, such as NET_ADMIN");
    names[i] = std::move(upper);
  }
  return names;
}

// Whose `type` is what `seccomp` says.
void read_seccomp(const Reader& profile, SecuritySpec& spec) {
  const std::string type = profile.text("type");
  spec.seccomp = type != "Unconfined";
  if (type == "Localhost") {
    spec.seccomp_profile = profile.text("localhostProfile");
    if (const std::string problem = problem_of_profile(spec.seccomp_profile); !problem.empty())
      profile.bad("localhostProfile", problem);
  } else if (profile.has("localhostProfile")) {
    profile.bad("localhostProfile", "is only for the type Localhost");
  }
}

// Likewise, of `apparmor`.
void read_apparmor(const Reader& profile, AppArmorSpec& spec) {
  const std::string type = profile.text("type");
  if (type == "Localhost") {
    spec = {AppArmorSpec::Type::localhost, profile.text("localhostProfile")};
    if (const std::string problem = problem_of_apparmor_profile(spec.profile); !problem.empty())
      profile.bad("localhostProfile", problem);
    return;
  }
  if (type == "Unconfined") spec.type = AppArmorSpec::Type::unconfined;
  if (type == "RuntimeDefault") spec.type = AppArmorSpec::Type::runtime_default;
  if (profile.has("localhostProfile")) profile.bad("localhostProfile", "is only for the type Localhost");
}

// Kubernetes refuses the same two; a filter is none of what a privileged container has, whatever the profile says.
void make_privileged(const Reader& context, SecuritySpec& spec) {
  if (context.has("allowPrivilegeEscalation") && spec.no_new_privileges)
    context.bad("allowPrivilegeEscalation", "cannot be false together with privileged: true");
  spec.privileged = true;
  spec.no_new_privileges = false;
  spec.seccomp = false;
  spec.seccomp_profile.clear();
  spec.apparmor = {AppArmorSpec::Type::unconfined, ""};
  spec.masks_kernel_files = false;
  spec.add_capabilities = {"ALL"};
  spec.drop_capabilities.clear();
}

}  // namespace

std::optional<std::uint32_t> read_id(std::string_view field, const Reader& reader, bool host_users) {
  const auto id = reader.whole(field, {0, kMostId});
  if (!id) return std::nullopt;
  if (!host_users && *id >= kIdsOfPod)
    reader.bad(field, std::to_string(*id) +
                          " is no id of the Pod's user namespace, which has 0 to 65535; hostUsers: true has them all");
  return static_cast<std::uint32_t>(*id);
}

std::string problem_of_profile(std::string_view name) {
  if (name.empty()) return "is missing: the profile's file, below the directory of profiles";
  if (name.starts_with('/')) return quote(name) + " is not relative";
  if (("/" + std::string(name) + "/").find("/../") != std::string::npos) return quote(name) + " has a '..' in it";
  return {};
}

SecuritySpec read_security(const Reader& context, const Reader& pod_context, bool host_users) {
  SecuritySpec spec;
  spec.run_as_user = read_id("runAsUser", speaker("runAsUser", context, pod_context), host_users);
  spec.run_as_group = read_id("runAsGroup", speaker("runAsGroup", context, pod_context), host_users);
  for (const std::uint64_t id : pod_context.wholes("supplementalGroups", {0, host_users ? kMostId : kIdsOfPod - 1}))
    spec.groups.push_back(static_cast<std::uint32_t>(id));
  spec.groups_of_image = pod_context.text("supplementalGroupsPolicy") != "Strict";
  const Reader& non_root = speaker("runAsNonRoot", context, pod_context);
  spec.run_as_non_root = non_root.flag("runAsNonRoot");
  if (spec.run_as_non_root && spec.run_as_user == 0U) non_root.bad("runAsNonRoot", "is true, but runAsUser is 0");

  const Reader capabilities = context.at("capabilities");
  spec.add_capabilities = read_capabilities(capabilities, "add");
  spec.drop_capabilities = read_capabilities(capabilities, "drop");
  spec.read_only_root = context.flag("readOnlyRootFilesystem");
  spec.no_new_privileges = !context.flag("allowPrivilegeEscalation");
  read_seccomp(speaker("seccompProfile", context, pod_context).at("seccompProfile"), spec);
  read_apparmor(speaker("appArmorProfile", context, pod_context).at("appArmorProfile"), spec.apparmor);
  spec.masks_kernel_files = context.text("procMount") != "Unmasked";
  if (!spec.masks_kernel_files && host_users) context.bad("procMount", "cannot be Unmasked with hostUsers: true");
  if (context.flag("privileged")) make_privileged(context, spec);
  return spec;
}

void warn_of_privileges(const PodSpec& pod, std::vector<std::string>& warnings) {
  for (const ContainerSpec& container : pod.containers)
    if (container.security.privileged && !pod.host_users)
      warnings.push_back("container '" + container.name +
                         "': privileged in the Pod's own user namespace: it has every capability there, and no device "
                         "of the machine (hostUsers: true has them)");
}

void read_fs_group(const Reader& pod_context, PodSpec& pod) {
  pod.fs_group = read_id("fsGroup", pod_context, pod.host_users);
  pod.fs_group_on_root_mismatch = pod_context.text("fsGroupChangePolicy") == "OnRootMismatch";
}

}  // namespace podrun::manifest
