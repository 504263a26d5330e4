#include <algorithm>
#include <set>

#include "runtime/manifest/manifest.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/quantity.h"
#include "runtime/manifest/text.h"
#include "runtime/manifest/volume_fields.h"
#include "runtime/manifest/volume_files.h"

namespace podrun::manifest {
namespace {

using Source = decltype(VolumeSpec::source);

constexpr std::pair<const char*, HostPathType> kTypeOfHostPath[] = {
    {"", HostPathType::any},
    {"DirectoryOrCreate", HostPathType::directory_or_create},
    {"Directory", HostPathType::directory},
    {"FileOrCreate", HostPathType::file_or_create},
    {"File", HostPathType::file},
    {"Socket", HostPathType::socket},
    {"CharDevice", HostPathType::char_device},
    {"BlockDevice", HostPathType::block_device},
};

bool has_dot_dot(std::string_view path) { return ("/" + std::string(path) + "/").find("/../") != std::string::npos; }

EmptyDirSpec read_empty_dir(const Reader& given) {
  EmptyDirSpec spec;
  spec.in_memory = given.text("medium") == "Memory";
  if (const auto limit = given.amount("sizeLimit")) {
    const auto bytes = parse_bytes(*limit);
    if (!bytes)
      given.bad("sizeLimit", bytes.error().what);
    else if (*bytes != 0)  // as good as none
      spec.size_limit = *bytes;
  }
  spec.mode = static_cast<std::uint32_t>(given.whole("mode", {0, 01777}).value_or(spec.mode));
  return spec;
}

HostPathSpec read_host_path(const Reader& given) {
  HostPathSpec spec;
  spec.path = given.text("path");
  if (!given.has("path"))
    given.bad("path", "is missing");
  else if (!spec.path.starts_with('/'))
    given.bad("path", quote(spec.path) + " does not begin with '/'");
  else if (has_dot_dot(spec.path))
    given.bad("path", quote(spec.path) + " has a '..' in it");
  const std::string word = given.text("type");
  for (const auto& [name, type] : kTypeOfHostPath)
    if (word == name) spec.type = type;
  return spec;
}

ClaimSpec read_claim(const Reader& given) {
  ClaimSpec spec{.claim = given.text("claimName"), .read_only = given.flag("readOnly")};
  if (!given.has("claimName"))
    given.bad("claimName", "is missing");
  else if (const std::string why = why_bad_subdomain(spec.claim); !why.empty())
    given.bad("claimName", quote(spec.claim) + " " + why);
  return spec;
}

// Which kinds there are: of the fields beside `name` a volume has one.
constexpr const char* kKinds[] = {
    "emptyDir",  "hostPath", "configMap", "secret", "downwardAPI", "projected", "persistentVolumeClaim",
    "ephemeral", "image"};

Source read_source(const Reader& volume, std::string_view kind, const Reader& pod_spec, const PodSpec& pod,
                   const Companions& beside) {
  const Reader given = volume.at(kind);
  if (kind == "hostPath") return read_host_path(given);
  if (kind == "configMap") return read_config_map_volume(given, pod, beside);
  if (kind == "secret") return read_secret_volume(given, pod, beside);
  if (kind == "downwardAPI") return read_downward_volume(given, pod_spec, pod);
  if (kind == "projected") return read_projected_volume(given, pod_spec, pod, beside);
  if (kind == "persistentVolumeClaim") return read_claim(given);
  if (kind == "image") return read_image(given, "reference", "pullPolicy");
  if (kind == "ephemeral") return EmptyDirSpec();  // a claim that comes and goes with the Pod
  return read_empty_dir(given);
}

VolumeSpec read_volume(const Reader& given, const Reader& pod_spec, const PodSpec& pod, const Companions& beside) {
  VolumeSpec spec;
  spec.name = given.text("name");
  if (!given.has("name"))
    given.bad("name", "is missing");
  else if (const std::string why = why_bad_label(spec.name); !why.empty())
    given.bad("name", quote(spec.name) + " " + why);
  const char* found = nullptr;  // none is an emptyDir, as the API server has it
  for (const char* kind : kKinds) {
    if (!given.has(kind)) continue;
    if (found != nullptr)
      given.bad(kind, "is one too many: the volume is of " + std::string(found) + " already");
    else
      spec.source = read_source(given, kind, pod_spec, pod, beside);
    found = kind;
  }
  return spec;
}

// They go to a tmpfs, which is memory of the machine's.
constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

std::size_t bytes_of_files(const VolumeSpec& volume) {
  std::size_t bytes = 0;
  if (const auto* given = std::get_if<FilesSpec>(&volume.source))
    for (const VolumeFile& file : given->files) bytes += file.content.size();
  return bytes;
}

}  // namespace

void read_volumes(const Reader& spec, const Companions& beside, PodSpec& pod) {
  std::set<std::string> names;
  std::size_t bytes = 0;
  for (const Reader& given : spec.items("volumes")) {
    if (is_service_account_volume(given.text("name"))) continue;
    pod.volumes.push_back(read_volume(given, spec, pod, beside));
    bytes += bytes_of_files(pod.volumes.back());
    if (bytes > kMostBytes) return spec.bad("volumes", "make files of more than 64 MiB together");
    if (const std::string& name = pod.volumes.back().name; given.has("name") && !names.insert(name).second)
      given.bad("name", quote(name) + " is the name of an earlier volume");
  }
}

}  // namespace podrun::manifest
