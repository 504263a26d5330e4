#include <sys/mount.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "runtime/manifest/expand.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"
#include "runtime/manifest/volume_fields.h"

namespace podrun::manifest {
namespace {

using std::filesystem::path;

constexpr std::size_t kMost = 200;  // as many as go to a new container at once, with room for its other mounts

// "data/" is "/data", as with the kubelet; "/a/../b" is "/b".
std::string read_target(const Reader& given) {
  const std::string text = given.text("mountPath");
  std::string target = path("/" + text.substr(std::min(text.find_first_not_of('/'), text.size()))).lexically_normal();
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  if (!given.has("mountPath") || text.empty())
    given.bad("mountPath", "is missing");
  else if (target == "/")
    given.bad("mountPath", quote(text) + " is the container's root");
  else if (target == "/proc" || target.starts_with("/proc/"))
    given.bad("mountPath", quote(text) + " is in /proc, where nothing may hide what the kernel says");
  else if (target == "/dev")
    given.bad("mountPath", "'/dev' has the container's own devices; mount below it, or elsewhere", Kind::unsupported);
  return target;
}

std::string check_sub_path(const Reader& given, const char* field, std::string path) {
  if (path.starts_with('/')) given.bad(field, quote(path) + " is not relative");
  if (("/" + path + "/").find("/../") != std::string::npos) given.bad(field, quote(path) + " has a '..' in it");
  return path;
}

// Of subPathExpr the references are expanded; all of them must be known by now.
std::string read_sub_path(const Reader& given, const Variables& variables) {
  const std::string text = given.text("subPath");
  const std::string expression = given.text("subPathExpr");
  if (expression.empty()) return check_sub_path(given, "subPath", text);
  if (!text.empty()) given.bad("subPathExpr", "and subPath do not go together");
  const auto path = expand(expression, variables);
  if (!path)
    given.bad("subPathExpr", path.error().what);
  else if (path->find("$(") != std::string::npos || path->find('\0') != std::string::npos)
    given.bad("subPathExpr", quote(expression) + " refers to a variable without a value that is known beforehand");
  return path ? check_sub_path(given, "subPathExpr", *path) : std::string();
}

void read_read_only(const Reader& given, VolumeMountSpec& spec) {
  const std::string recursive = given.text("recursiveReadOnly");
  spec.read_only = given.flag("readOnly");
  spec.is_recursive = recursive == "Enabled" || recursive == "IfPossible";
  if (spec.is_recursive && !spec.read_only) given.bad("recursiveReadOnly", quote(recursive) + " needs readOnly: true");
  if (spec.is_recursive && spec.propagation != Propagation::none)
    given.bad("recursiveReadOnly", quote(recursive) + " needs mountPropagation: None");
}

constexpr std::pair<const char*, std::uint64_t> kBindMountOptions[] = {
    {"noexec", MOUNT_ATTR_NOEXEC}, {"nodev", MOUNT_ATTR_NODEV}, {"nosuid", MOUNT_ATTR_NOSUID}};

std::uint64_t read_bind_options(const Reader& given, const VolumeSpec* volume) {
  const std::vector<std::string> words = given.texts("bindMountOptions");
  std::uint64_t attributes = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto* const option = std::find_if(std::begin(kBindMountOptions), std::end(kBindMountOptions),
                                            [&](const auto& one) { return one.first == words[i]; });
    if (option == std::end(kBindMountOptions))
      given.bad("bindMountOptions", i, "expected one of noexec, nodev, nosuid; found " + quote(words[i]));
    else if ((attributes & option->second) != 0)
      given.bad("bindMountOptions", i, quote(words[i]) + " is there already");
    else
      attributes |= option->second;
  }
  if (!words.empty() && volume != nullptr && std::holds_alternative<ImageSpec>(volume->source))
    given.bad("bindMountOptions", "are not for a volume that is an image");
  return attributes;
}

VolumeMountSpec read_mount(const Reader& given, const PodSpec& pod, const Variables& variables) {
  VolumeMountSpec spec;
  spec.volume = given.text("name");
  const auto volume = std::find_if(pod.volumes.begin(), pod.volumes.end(),
                                   [&](const VolumeSpec& one) { return one.name == spec.volume; });
  if (!given.has("name"))
    given.bad("name", "is missing");
  else if (volume == pod.volumes.end())
    given.bad("name", quote(spec.volume) + " is no volume of the Pod");
  spec.target = read_target(given);
  spec.sub_path = read_sub_path(given, variables);
  if (given.text("mountPropagation") == "HostToContainer") spec.propagation = Propagation::host_to_container;
  if (given.text("mountPropagation") == "Bidirectional") spec.propagation = Propagation::bidirectional;
  read_read_only(given, spec);
  spec.attributes = read_bind_options(given, volume != pod.volumes.end() ? &*volume : nullptr);
  const auto* claim = volume != pod.volumes.end() ? std::get_if<ClaimSpec>(&volume->source) : nullptr;
  if (claim != nullptr && claim->read_only) spec.read_only = true;
  return spec;
}

// What a container mounts is the host's only where it is root of the host, as Kubernetes has it; and what the host has
// there stays after the pod, so that nothing of podrun's may be mounted on.
void check_bidirectional(const Reader& given, const VolumeMountSpec& spec, const PodSpec& pod, bool is_privileged) {
  if (spec.propagation != Propagation::bidirectional) return;
  const bool is_hosts = std::any_of(pod.volumes.begin(), pod.volumes.end(), [&](const VolumeSpec& one) {
    return one.name == spec.volume && std::holds_alternative<HostPathSpec>(one.source);
  });
  if (!is_privileged)
    given.bad("mountPropagation", "'Bidirectional' is only for privileged containers");
  else if (!pod.host_users)
    given.bad("mountPropagation",
              "'Bidirectional' needs hostUsers: true: what a Pod with users of its own mounts is never the host's");
  else if (!is_hosts)
    given.bad("mountPropagation", "'Bidirectional' is only for a hostPath", Kind::unsupported);
}

}  // namespace

std::vector<VolumeMountSpec> read_volume_mounts(const Reader& container, const PodSpec& pod,
                                                const std::vector<std::pair<std::string, std::string>>& env) {
  const Variables variables(env.begin(), env.end());
  std::vector<VolumeMountSpec> mounts;
  std::set<std::string> targets;
  for (const Reader& given : container.items("volumeMounts")) {
    if (is_service_account_volume(given.text("name"))) continue;
    mounts.push_back(read_mount(given, pod, variables));
    check_bidirectional(given, mounts.back(), pod, container.at("securityContext").flag("privileged"));
    if (!targets.insert(mounts.back().target).second)
      given.bad("mountPath", quote(mounts.back().target) + " is that of an earlier mount");
  }
  if (mounts.size() > kMost) container.bad("volumeMounts", "are more than " + std::to_string(kMost), Kind::unsupported);
  return mounts;
}

}  // namespace podrun::manifest
