#include <algorithm>
#include <set>

#include "runtime/manifest/manifest.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"
#include "runtime/manifest/volume_fields.h"

namespace podrun::manifest {
namespace {

using Source = decltype(VolumeSpec::source);

constexpr std::pair<const char*, HostPathType> kHostPathTypes[] = {
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

Source read_empty_dir(const Reader&) { return EmptyDirSpec(); }

Source read_host_path(const Reader& given) {
  HostPathSpec spec;
  spec.path = given.text("path");
  if (!given.has("path"))
    given.bad("path", "is missing");
  else if (!spec.path.starts_with('/'))
    given.bad("path", quote(spec.path) + " does not begin with '/'");
  else if (has_dot_dot(spec.path))
    given.bad("path", quote(spec.path) + " has a '..' in it");
  const std::string word = given.text("type");
  for (const auto& [name, type] : kHostPathTypes)
    if (word == name) spec.type = type;
  return spec;
}

constexpr std::pair<const char*, Source (*)(const Reader&)> kSources[] = {
    {"emptyDir", read_empty_dir},
    {"hostPath", read_host_path},
};

VolumeSpec read_volume(const Reader& given) {
  VolumeSpec spec;
  spec.name = given.text("name");
  if (!given.has("name"))
    given.bad("name", "is missing");
  else if (const std::string why = why_bad_label(spec.name); !why.empty())
    given.bad("name", quote(spec.name) + " " + why);
  const char* found = nullptr;  // none is an emptyDir, as the API server has it
  for (const auto& [field, read] : kSources) {
    if (!given.has(field)) continue;
    if (found != nullptr)
      given.bad(field, "is one too many: the volume is of " + std::string(found) + " already");
    else
      spec.source = read(given.at(field));
    found = field;
  }
  return spec;
}

}  // namespace

void read_volumes(const Reader& spec, PodSpec& pod) {
  std::set<std::string> names;
  for (const Reader& given : spec.items("volumes")) {
    if (is_service_account_volume(given.text("name"))) continue;
    pod.volumes.push_back(read_volume(given));
    if (const std::string& name = pod.volumes.back().name; given.has("name") && !names.insert(name).second)
      given.bad("name", quote(name) + " is the name of an earlier volume");
  }
}

}  // namespace podrun::manifest
