#include "runtime/manifest/companion_objects.h"

#include <nettle/base64.h>

#include <algorithm>

#include "runtime/manifest/check.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/object_fields.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

using Data = std::map<std::string, std::string, std::less<>>;

// Blanks and line ends between the digits do not count, as in Kubernetes.
std::optional<std::string> decode(const std::string& text) {
  std::string bytes(BASE64_DECODE_LENGTH(text.size()), '\0');
  base64_decode_ctx context;
  base64_decode_init(&context);
  std::size_t length = bytes.size();
  if (base64_decode_update(&context, &length, reinterpret_cast<std::uint8_t*>(bytes.data()), text.size(),
                           text.data()) == 0 ||
      base64_decode_final(&context) == 0)
    return std::nullopt;
  bytes.resize(length);
  return bytes;
}

void read_data(const Reader& object, const char* field, bool is_base64, Data& data) {
  for (auto& [key, value] : object.entries(field)) {
    const Reader values = object.at(field);
    if (const std::string why = why_bad_data_key(key); !why.empty()) values.bad(key, "as a key it " + why);
    std::optional<std::string> bytes = is_base64 ? decode(value) : std::move(value);
    if (bytes)
      data.insert_or_assign(key, *std::move(bytes));
    else
      values.bad(key, "is no base64");
  }
}

ConfigMap read_config_map(const Reader& object) {
  ConfigMap config_map;
  read_data(object, "data", false, config_map.data);
  const Reader data = object.at("data");
  for (const auto& [key, value] : object.entries("binaryData"))
    if (data.has(key)) object.at("binaryData").bad(key, "is in data, too");
  read_data(object, "binaryData", true, config_map.data);
  return config_map;
}

// The keys that a Secret of this type has, of which one may be enough.
// Source: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
struct SecretType {
  std::string_view type;
  std::vector<std::string_view> keys;
  bool one_is_enough = false;
};

const std::vector<SecretType>& secret_types() {
  static const std::vector<SecretType> types = {
      {"kubernetes.io/dockercfg", {".dockercfg"}},
      {"kubernetes.io/dockerconfigjson", {".dockerconfigjson"}},
      {"kubernetes.io/basic-auth", {"username", "password"}, true},
      {"kubernetes.io/ssh-auth", {"ssh-privatekey"}},
      {"kubernetes.io/tls", {"tls.crt", "tls.key"}},
  };
  return types;
}

void check_type(const Reader& object, const Secret& secret) {
  const auto known = std::find_if(secret_types().begin(), secret_types().end(),
                                  [&](const SecretType& type) { return type.type == secret.type; });
  if (known == secret_types().end()) return;
  const auto has = [&](std::string_view key) { return secret.data.contains(key); };
  if (known->one_is_enough && std::any_of(known->keys.begin(), known->keys.end(), has)) return;
  for (const std::string_view key : known->keys)
    if (!has(key)) object.bad("data", "lacks " + quote(key) + ", which type " + quote(secret.type) + " needs");
}

Secret read_secret(const Reader& object) {
  Secret secret;
  secret.type = object.has("type") && !object.text("type").empty() ? object.text("type") : "Opaque";
  read_data(object, "data", true, secret.data);
  read_data(object, "stringData", false, secret.data);
  check_type(object, secret);
  return secret;
}

}  // namespace

bool is_companion(const Object& object) {
  return object.group.empty() && (object.kind == "Secret" || object.kind == "ConfigMap");
}

bool read_companion(Object& object, const ManifestOptions& options, Companions& companions, Problems& problems) {
  if (!is_companion(object)) return false;
  const bool is_secret = object.kind == "Secret";
  problems.begin(object.source);
  check_fields(object.value, is_secret ? kSecretType : kConfigMapType, problems, object.path, object.kind);
  const Reader reader(object.value, problems, object.path);
  const ObjectName who = read_object_name(reader.at("metadata"), options);
  const bool is_new = is_secret ? companions.add(who.name_space, who.name, read_secret(reader))
                                : companions.add(who.name_space, who.name, read_config_map(reader));
  if (!is_new && !who.name.empty())
    reader.at("metadata").bad("name", quote(who.name) + " is the name of an earlier " + object.kind);
  return true;
}

}  // namespace podrun::manifest
