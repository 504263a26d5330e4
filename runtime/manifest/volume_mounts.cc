#include <algorithm>
#include <filesystem>
#include <set>

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
  else if (text.find(':') != std::string::npos)
    given.bad("mountPath", quote(text) + " has a ':' in it");
  else if (target == "/")
    given.bad("mountPath", quote(text) + " is the container's root");
  else if (target == "/proc" || target.starts_with("/proc/"))
    given.bad("mountPath", quote(text) + " is in /proc, where nothing may hide what the kernel says");
  else if (target == "/dev")
    given.bad("mountPath", "'/dev' has the container's own devices; mount below it, or elsewhere", Kind::unsupported);
  return target;
}

std::string read_sub_path(const Reader& given) {
  const std::string text = given.text("subPath");
  if (text.starts_with('/')) given.bad("subPath", quote(text) + " is not relative");
  if (("/" + text + "/").find("/../") != std::string::npos) given.bad("subPath", quote(text) + " has a '..' in it");
  return text;
}

VolumeMountSpec read_mount(const Reader& given, const PodSpec& pod) {
  VolumeMountSpec spec;
  spec.volume = given.text("name");
  const bool is_known = std::any_of(pod.volumes.begin(), pod.volumes.end(),
                                    [&](const VolumeSpec& volume) { return volume.name == spec.volume; });
  if (!given.has("name"))
    given.bad("name", "is missing");
  else if (!is_known)
    given.bad("name", quote(spec.volume) + " is no volume of the Pod");
  spec.target = read_target(given);
  spec.sub_path = read_sub_path(given);
  spec.read_only = given.flag("readOnly");
  return spec;
}

}  // namespace

std::vector<VolumeMountSpec> read_volume_mounts(const Reader& container, const PodSpec& pod) {
  std::vector<VolumeMountSpec> mounts;
  std::set<std::string> targets;
  for (const Reader& given : container.items("volumeMounts")) {
    if (is_service_account_volume(given.text("name"))) continue;
    mounts.push_back(read_mount(given, pod));
    if (!targets.insert(mounts.back().target).second)
      given.bad("mountPath", quote(mounts.back().target) + " is that of an earlier mount");
  }
  if (mounts.size() > kMost) container.bad("volumeMounts", "are more than " + std::to_string(kMost), Kind::unsupported);
  return mounts;
}

}  // namespace podrun::manifest
