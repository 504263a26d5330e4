// Images, and how they are had: image, imagePullPolicy, imagePullSecrets.
#include "runtime/image/name.h"
#include "runtime/manifest/document.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

PullPolicy pull_policy(const std::string& word) {
  if (word == "Always") return PullPolicy::always;
  if (word == "IfNotPresent") return PullPolicy::if_not_present;
  return word == "Never" ? PullPolicy::never : PullPolicy::by_tag;
}

// The registries of one Secret: the two forms that `kubectl create secret docker-registry` has made over time.
const Json* find_auths(const Secret& secret, Json& parsed) {
  const bool is_config = secret.type == "kubernetes.io/dockerconfigjson";
  if (!is_config && secret.type != "kubernetes.io/dockercfg") return nullptr;
  const auto text = secret.data.find(is_config ? ".dockerconfigjson" : ".dockercfg");
  if (text == secret.data.end()) return nullptr;
  parsed = Json::parse(text->second, nullptr, false);
  if (!parsed.is_object()) return nullptr;
  if (!is_config) return &parsed;
  const auto auths = parsed.find("auths");
  return auths != parsed.end() && auths->is_object() ? &*auths : nullptr;
}

}  // namespace

std::string why_bad_image(std::string_view text) {
  for (const std::string_view scheme : {"rootfs:", "oci:"})
    if (text.starts_with(scheme))
      return text.substr(scheme.size()).starts_with('/')
                 ? std::string()
                 : "expected rootfs:DIR or oci:DIR[:TAG] with an absolute DIR, found " + quote(text);
  const auto name = image::parse_name(text);
  return name ? std::string() : quote(text) + " is no image: " + name.error().what;
}

ImageSpec read_image(const Reader& given, std::string_view reference, std::string_view policy) {
  ImageSpec spec{given.text(reference), pull_policy(given.text(policy))};
  if (!given.has(reference))
    given.bad(reference, "is missing");
  else if (const std::string why = why_bad_image(spec.reference); !why.empty())
    given.bad(reference, why);
  return spec;
}

// A kubelet without one of them pulls without it. So do we, and say so.
void read_pull_secrets(const Reader& spec, const Companions& companions, PodSpec& pod,
                       std::vector<std::string>& warnings) {
  Json auths = Json::object();
  for (const Reader& given : spec.items("imagePullSecrets")) {
    const std::string name = given.text("name");
    const Secret* const secret = companions.find_secret(pod.name_space, name);
    Json parsed;
    const Json* const found = secret != nullptr ? find_auths(*secret, parsed) : nullptr;
    if (found == nullptr) {
      warnings.push_back("imagePullSecrets: " + quote(name) +
                         (secret == nullptr ? " is not among what was given; images are pulled without it"
                                            : " holds no registries' credentials"));
      continue;
    }
    for (const auto& [registry, login] : found->items())
      if (!auths.contains(registry)) auths[registry] = login;
  }
  if (!auths.empty()) pod.registry_auths = Json{{"auths", std::move(auths)}}.dump();
}

}  // namespace podrun::manifest
