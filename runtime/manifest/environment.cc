// Where values of variables come from: literals, the Pod itself, ConfigMaps and Secrets.
#include "runtime/manifest/environment.h"

#include <algorithm>

#include "runtime/manifest/downward.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/text.h"
#include "runtime/model/file_key.h"

namespace podrun::manifest {
namespace {

using Data = std::map<std::string, std::string, std::less<>>;

const Data* find_data(const Referred& referred, bool is_secret, const std::string& name) {
  const std::string& name_space = referred.pod.name_space;
  if (is_secret) {
    const Secret* const secret = referred.beside.find_secret(name_space, name);
    return secret != nullptr ? &secret->data : nullptr;
  }
  const ConfigMap* const config_map = referred.beside.find_config_map(name_space, name);
  return config_map != nullptr ? &config_map->data : nullptr;
}

std::string why_bad_value(std::string_view value) {
  if (value.find('\0') != std::string_view::npos) return "holds a NUL byte, which no variable can";
  if (find_bad_utf8(value)) return "is no UTF-8 text, which a variable has to be";
  return {};
}

// Null where there is none, which is a problem unless it is optional.
const Data* refer(const Reader& ref, bool is_secret, const Referred& referred) {
  const char* const kind = is_secret ? "Secret" : "ConfigMap";
  const std::string name = ref.text("name");
  const Data* const data = find_data(referred, is_secret, name);
  if (data == nullptr && name.empty())
    ref.bad("name", "is missing");
  else if (data == nullptr && !ref.flag("optional"))
    ref.bad("name", why_missing(kind, name, referred.pod.name_space));
  return data;
}

std::optional<std::string> read_key_ref(const Reader& ref, bool is_secret, const Referred& referred) {
  const Data* const data = refer(ref, is_secret, referred);
  const std::string key = ref.text("key");
  if (key.empty()) ref.bad("key", "is missing");
  if (data == nullptr || key.empty()) return std::nullopt;
  const auto found = data->find(key);
  if (found == data->end()) {
    if (!ref.flag("optional"))
      ref.bad("key", quote(key) + " is no key of " + (is_secret ? "Secret " : "ConfigMap ") + quote(ref.text("name")));
    return std::nullopt;
  }
  if (const std::string why = why_bad_value(found->second); !why.empty()) {
    ref.bad("key", quote(key) + " " + why);
    return std::nullopt;
  }
  return found->second;
}

// A file is there once a container has written it: the value is a hole until one that asks for it is launched.
std::optional<std::string> read_file_key_ref(const Reader& ref, const PodSpec& pod) {
  FileKey file{.volume = ref.text("volumeName"),
               .path = ref.text("path"),
               .key = ref.text("key"),
               .optional = ref.flag("optional")};
  for (const char* field : {"volumeName", "path", "key"})
    if (ref.text(field).empty()) ref.bad(field, "is missing");
  const auto volume = std::find_if(pod.volumes.begin(), pod.volumes.end(),
                                   [&](const VolumeSpec& one) { return one.name == file.volume; });
  if (volume == pod.volumes.end())
    ref.bad("volumeName", quote(file.volume) + " is no volume of the Pod");
  else if (!std::holds_alternative<EmptyDirSpec>(volume->source))
    ref.bad("volumeName", quote(file.volume) + " is no emptyDir", Kind::unsupported);
  if (file.path.starts_with('/')) ref.bad("path", quote(file.path) + " is not relative");
  if (("/" + file.path + "/").find("/../") != std::string::npos)
    ref.bad("path", quote(file.path) + " has a '..' in it");
  if (const std::string why = why_bad_env_name(file.key); !why.empty() && !file.key.empty())
    ref.bad("key", quote(file.key) + " " + why);
  return holes::make(file);
}

}  // namespace

std::optional<std::string> read_value_from(const Reader& source, const std::string& container,
                                           const Referred& referred) {
  int given = 0;
  for (const char* field : {"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"})
    given += source.has(field) ? 1 : 0;
  if (given != 1) {
    source.bad("needs one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef");
    return std::nullopt;
  }
  if (source.has("fileKeyRef")) return read_file_key_ref(source.at("fileKeyRef"), referred.pod);
  if (source.has("fieldRef")) return read_field_ref(source.at("fieldRef"), referred.pod_spec, referred.pod);
  if (source.has("resourceFieldRef"))
    return read_resource_ref(source.at("resourceFieldRef"), referred.pod_spec, container);
  if (source.has("secretKeyRef")) return read_key_ref(source.at("secretKeyRef"), true, referred);
  return read_key_ref(source.at("configMapKeyRef"), false, referred);
}

std::vector<std::pair<std::string, std::string>> read_env_from(const Reader& source, const Referred& referred) {
  std::vector<std::pair<std::string, std::string>> variables;
  const std::string prefix = source.text("prefix");
  if (const std::string why = prefix.empty() ? "" : why_bad_env_name(prefix); !why.empty())
    source.bad("prefix", quote(prefix) + " " + why);
  const bool is_secret = source.has("secretRef");
  if (is_secret == source.has("configMapRef")) {
    source.bad("needs one of configMapRef and secretRef");
    return variables;
  }
  const Reader ref = source.at(is_secret ? "secretRef" : "configMapRef");
  const Data* const data = refer(ref, is_secret, referred);
  if (data == nullptr) return variables;
  for (const auto& [key, value] : *data) {
    // Of a ConfigMap that is binaryData, which is for files.
    const std::string why = why_bad_value(value);
    if (why.empty())
      variables.emplace_back(prefix + key, value);
    else if (is_secret)
      ref.bad("name", "key " + quote(key) + " of Secret " + quote(ref.text("name")) + " " + why);
  }
  return variables;
}

}  // namespace podrun::manifest
