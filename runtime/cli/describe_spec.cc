#include "runtime/cli/describe_spec.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace podrun::cli {
namespace {

// A field of what may be of any type.
const Json& field_of(const Json& json, const char* name) {
  static const Json kNothing;
  const auto found = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && found != json.end() ? *found : kNothing;
}

std::string word_of(const Json& json, const char* name) {
  const Json& value = field_of(json, name);
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool is_set(const Json& json, const char* name) { return field_of(json, name) == true; }

std::string of_key(const Json& reference, const std::string& of_what) {
  return "<set to the key '" + word_of(reference, "key") + "' of " + of_what + ">" +
         (is_set(reference, "optional") ? "  Optional: true" : "");
}

std::string value_of_variable(const Json& variable) {
  const Json& from = field_of(variable, "valueFrom");
  if (const Json& key = field_of(from, "secretKeyRef"); key.is_object())
    return of_key(key, "secret '" + word_of(key, "name") + "'");
  if (const Json& key = field_of(from, "configMapKeyRef"); key.is_object())
    return of_key(key, "config map '" + word_of(key, "name") + "'");
  if (const Json& key = field_of(from, "fileKeyRef"); key.is_object())
    return of_key(key, "file '" + word_of(key, "path") + "' in volume '" + word_of(key, "volumeName") + "'");
  if (const Json& field = field_of(from, "fieldRef"); field.is_object())
    return "(" + (word_of(field, "apiVersion").empty() ? "v1" : word_of(field, "apiVersion")) + ":" +
           word_of(field, "fieldPath") + ")";
  if (const Json& field = field_of(from, "resourceFieldRef"); field.is_object())
    return "(" + word_of(field, "resource") + ")";
  return word_of(variable, "value");
}

std::string described_source(const Json& source) {
  const bool is_secret = field_of(source, "secretRef").is_object();
  const Json& reference = field_of(source, is_secret ? "secretRef" : "configMapRef");
  const std::string prefix = word_of(source, "prefix");
  return word_of(reference, "name") + "  " + (is_secret ? "Secret" : "ConfigMap") +
         (prefix.empty() ? "" : " with prefix '" + prefix + "'") +
         "  Optional: " + (is_set(reference, "optional") ? "true" : "false");
}

// What a kind of volume is, and its fields that are worth a line.
struct KnownVolume {
  const char* field;
  const char* type;
  std::array<std::pair<const char*, const char*>, 3> lines;
};

constexpr std::array kKnownVolumes{
    KnownVolume{"emptyDir", "EmptyDir (a temporary directory that shares a pod's lifetime)",
                {{{"Medium", "medium"}, {"Size Limit", "sizeLimit"}}}},
    KnownVolume{"hostPath", "HostPath (bare host directory volume)", {{{"Path", "path"}, {"Host Path Type", "type"}}}},
    KnownVolume{"configMap", "ConfigMap (a volume populated by a ConfigMap)",
                {{{"Name", "name"}, {"Optional", "optional"}}}},
    KnownVolume{"secret", "Secret (a volume populated by a Secret)",
                {{{"Secret Name", "secretName"}, {"Optional", "optional"}}}},
    KnownVolume{"persistentVolumeClaim", "PersistentVolumeClaim (a directory that outlives the pod: podrun volume)",
                {{{"Claim Name", "claimName"}, {"Read Only", "readOnly"}}}},
    KnownVolume{"image", "Image (what an image holds)", {{{"Reference", "reference"}, {"Pull Policy", "pullPolicy"}}}},
    KnownVolume{"downwardAPI", "DownwardAPI (a volume populated by information about the pod)", {}},
    KnownVolume{"projected", "Projected (a volume that contains data of several sources)", {}},
    KnownVolume{"ephemeral", "EphemeralVolume (a directory that shares a pod's lifetime)", {}},
};

void describe_volume(IndentedText& text, const Json& volume) {
  text.line(2, word_of(volume, "name"), "");
  for (const KnownVolume& known : kKnownVolumes) {
    const Json& source = field_of(volume, known.field);
    if (!source.is_object()) continue;
    text.line(4, "Type", known.type);
    for (const auto& [key, field] : known.lines)
      if (key != nullptr && !word_of(source, field).empty()) text.line(4, key, word_of(source, field));
    return;
  }
  text.line(4, "Type", "<unknown>");
}

}  // namespace

void describe_environment(IndentedText& text, const Json& container) {
  if (const Json& sources = field_of(container, "envFrom"); sources.is_array() && !sources.empty()) {
    text.line(4, "Environment Variables from", "");
    for (const Json& source : sources) text.bare(6, described_source(source));
  }
  const Json& variables = field_of(container, "env");
  const bool has_some = variables.is_array() && !variables.empty();
  text.line(4, "Environment", has_some ? "" : "<none>");
  if (!has_some) return;
  for (const Json& variable : variables) text.line(6, word_of(variable, "name"), value_of_variable(variable));
}

void describe_mounts(IndentedText& text, const Json& container) {
  const Json& mounts = field_of(container, "volumeMounts");
  const bool has_some = mounts.is_array() && !mounts.empty();
  text.line(4, "Mounts", has_some ? "" : "<none>");
  if (!has_some) return;
  for (const Json& mount : mounts) {
    std::string how = is_set(mount, "readOnly") ? "ro" : "rw";
    for (const char* const path : {"subPath", "subPathExpr"})
      if (const std::string part = word_of(mount, path); !part.empty()) how += ",path=\"" + part + "\"";
    text.bare(6, word_of(mount, "mountPath") + " from " + word_of(mount, "name") + " (" + how + ")");
  }
}

void describe_volumes(IndentedText& text, const Json& spec) {
  const Json& volumes = field_of(spec, "volumes");
  const bool has_some = volumes.is_array() && !volumes.empty();
  text.line(0, "Volumes", has_some ? "" : "<none>");
  if (!has_some) return;
  for (const Json& volume : volumes) describe_volume(text, volume);
}

}  // namespace podrun::cli
