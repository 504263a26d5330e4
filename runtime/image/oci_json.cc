#include "runtime/image/oci_json.h"

#include "runtime/image/json_fields.h"

namespace podrun::image {
namespace {

constexpr std::string_view kIndexTypes[] = {"application/vnd.oci.image.index.v1+json",
                                            "application/vnd.docker.distribution.manifest.list.v2+json"};
constexpr std::string_view kManifestTypes[] = {"application/vnd.oci.image.manifest.v1+json",
                                               "application/vnd.docker.distribution.manifest.v2+json"};

template <std::size_t count>
bool one_of(std::string_view text, const std::string_view (&list)[count]) {
  for (const std::string_view known : list)
    if (text == known) return true;
  return false;
}

Result<Platform> parse_platform(const Json& object) {
  Platform platform;
  platform.os = TRY(optional_string(object, "os"));
  platform.architecture = TRY(optional_string(object, "architecture"));
  platform.variant = TRY(optional_string(object, "variant"));
  return platform;
}

Result<Descriptor> parse_descriptor(const Json& object) {
  if (!object.is_object()) return Error{Kind::corrupt, 0, "a descriptor that is not an object"};
  Descriptor descriptor;
  descriptor.media_type = TRY(optional_string(object, "mediaType"));
  const std::string digest = TRY(required_string(object, "digest"));
  descriptor.digest = TRY(parse_digest(digest));
  descriptor.size = TRY(required_size(object, "size"));
  if (const Json* platform = TRY(optional_object(object, "platform")))
    descriptor.platform = TRY(parse_platform(*platform));
  if (const Json* annotations = TRY(optional_object(object, "annotations"))) {
    descriptor.ref_name = TRY(optional_string(*annotations, "org.opencontainers.image.ref.name"));
    descriptor.image_name = TRY(optional_string(*annotations, "io.containerd.image.name"));
  }
  return descriptor;
}

// One text that reads as an index to one program and as a manifest to another: CVE-2021-41190. Only one of the two
// lists may be there, and a media type inside must be of that sort.
template <std::size_t count>
Result<void> refuse_two_faces(const Json& object, const char* other, const std::string_view (&types)[count]) {
  const std::string type = TRY(optional_string(object, "mediaType"));
  if (member(object, other) != nullptr || (!type.empty() && !one_of(type, types)))
    return Error{Kind::corrupt, 0, "claims to be an index and a manifest at once"};
  if (const Json* version = member(object, "schemaVersion"); version != nullptr && *version != 2)
    return Error{Kind::unsupported, 0, "field 'schemaVersion': only 2 is read"};
  return {};
}

std::pair<std::string, std::string> split_variable(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return {text, ""};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// An object whose keys are what is meant.
Result<std::vector<std::string>> parse_volumes(const Json& object) {
  std::vector<std::string> paths;
  const Json* volumes = TRY(optional_object(object, "Volumes"));
  if (volumes == nullptr) return paths;
  if (volumes->size() > kVolumeLimit)
    return Error{Kind::unsupported, 0, "'Volumes' has more than " + std::to_string(kVolumeLimit)};
  for (const auto& volume : volumes->items()) paths.push_back(TRY(string_of(volume.key(), "Volumes")));
  return paths;
}

Result<ImageConfig> parse_run_config(const Json& object) {
  ImageConfig config;
  config.entrypoint = TRY(optional_strings(object, "Entrypoint"));
  config.cmd = TRY(optional_strings(object, "Cmd"));
  for (const std::string& variable : TRY(optional_strings(object, "Env")))
    if (auto pair = split_variable(variable); !pair.first.empty()) config.env.push_back(std::move(pair));
  config.working_dir = TRY(optional_string(object, "WorkingDir"));
  if (!config.working_dir.empty() && config.working_dir.front() != '/') config.working_dir.insert(0, "/");
  config.user = TRY(optional_string(object, "User"));
  config.stop_signal = TRY(optional_string(object, "StopSignal"));
  config.volumes = TRY(parse_volumes(object));
  return config;
}

}  // namespace

bool is_index(const Descriptor& descriptor) { return one_of(descriptor.media_type, kIndexTypes); }
bool is_manifest(const Descriptor& descriptor) { return one_of(descriptor.media_type, kManifestTypes); }

Result<std::vector<Descriptor>> parse_index(std::string_view text) {
  const Json object = TRY(parse_object(text));
  TRY(refuse_two_faces(object, "layers", kIndexTypes));
  std::vector<Descriptor> manifests;
  for (const Json& value : *TRY(optional_array(object, "manifests", kManifestLimit)))
    manifests.push_back(TRY(parse_descriptor(value)));
  return manifests;
}

Result<Manifest> parse_manifest(std::string_view text) {
  const Json object = TRY(parse_object(text));
  TRY(refuse_two_faces(object, "manifests", kManifestTypes));
  Manifest manifest;
  const Json* config = TRY(required_object(object, "config"));
  manifest.config = TRY(parse_descriptor(*config).in("config"));
  for (const Json& value : *TRY(optional_array(object, "layers", kLayerLimit)))
    manifest.layers.push_back(TRY(parse_descriptor(value).in("layers")));
  return manifest;
}

Result<ConfigFile> parse_config(std::string_view text) {
  const Json object = TRY(parse_object(text));
  ConfigFile file;
  file.platform = TRY(parse_platform(object));
  file.created = TRY(optional_string(object, "created"));
  if (const Json* rootfs = TRY(optional_object(object, "rootfs")))
    for (const Json& value : *TRY(optional_array(*rootfs, "diff_ids", kLayerLimit))) {
      const std::string digest = TRY(string_of(value, "diff_ids"));
      file.diff_ids.push_back(TRY(parse_digest(digest)));
    }
  if (const Json* config = TRY(optional_object(object, "config")))
    file.config = TRY(parse_run_config(*config).in("config"));
  return file;
}

Result<std::string> parse_layout_version(std::string_view text) {
  const Json object = TRY(parse_object(text));
  return required_string(object, "imageLayoutVersion");
}

}  // namespace podrun::image
